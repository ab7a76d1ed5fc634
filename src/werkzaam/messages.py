"""Every sentence that the engine says to people, in Dutch and English, from one catalogue."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from werkzaam.terms import LANGUAGES


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


def default_language() -> str:
    """Give the user's language: WERKZAAM_LANG, else the system's where it is Dutch, else English.

    Raises `UsageError` where WERKZAAM_LANG names a language that there is not.
    """
    chosen = os.environ.get("WERKZAAM_LANG")
    if chosen:
        if chosen not in LANGUAGES:
            from werkzaam.errors import UsageError

            raise UsageError("language-unknown", value=chosen)
        return chosen
    system = next((os.environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(k)), "")
    return "nl" if system.lower().startswith("nl") else "en"
