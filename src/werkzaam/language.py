"""The language in which a user is spoken to."""

from __future__ import annotations

import os
import sys

from werkzaam.errors import UsageError
from werkzaam.messages import say
from werkzaam.terms import LANGUAGES


def default_language() -> str:
    """Give the user's language: WERKZAAM_LANG, else the system's where it is Dutch, else English.

    Raises `UsageError` where WERKZAAM_LANG names a language that there is not.
    """
    chosen = os.environ.get("WERKZAAM_LANG")
    if chosen:
        if chosen not in LANGUAGES:
            raise UsageError("language-unknown", value=chosen)
        return chosen
    system = next((os.environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(k)), "")
    return "nl" if system.lower().startswith("nl") else "en"


def tell(key: str, /, **data: object) -> None:
    """Say something to the user while work goes on, in their language."""
    print(say(default_language(), key, **data), file=sys.stderr)
