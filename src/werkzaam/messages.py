"""Every sentence that the engine says to people, in Dutch and English, from one catalogue."""

from __future__ import annotations

from functools import cache
from typing import Any

from werkzaam.tomlfile import read


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Read `messages.toml`: a key, and under it a sentence a language."""
    return read("messages.toml")


def say(lang: str, key: str, /, **data: Any) -> str:
    """Give the sentence of `key` in `lang`, filled in with `data`."""
    return catalogue()[key][lang].format(**data)
