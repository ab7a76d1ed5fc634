"""Every sentence that the engine says to people, in Dutch and English, from one catalogue."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Read `messages.toml`: a key, and under it a sentence a language."""
    import pkgutil
    import tomllib

    # pkgutil, for importlib.resources costs ten times as much to import.
    content = pkgutil.get_data("werkzaam", "messages.toml")
    return tomllib.loads((content or b"").decode("utf-8"))


def say(lang: str, key: str, /, **data: Any) -> str:
    """Give the sentence of `key` in `lang`, filled in with `data`."""
    return catalogue()[key][lang].format(**data)
