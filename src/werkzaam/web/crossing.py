"""Which pages of other sites may read our answers in a browser (CORS): none, unless their origin is named.

A store on one's own machine may hold what is not published yet, and every site that is open in a browser can ask
127.0.0.1. Changes are for none of them: no answer allows the header with the token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Headers = list[tuple[bytes, bytes]]
_METHODS = b"GET, HEAD, POST, OPTIONS"
_PREFLIGHT = [
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", b"accept, accept-language, content-type"),
    (b"access-control-max-age", b"86400"),
]


class Crossing:
    """The origins that may read; ``*`` is all. What lies at a path for `everyone` any page may read."""

    def __init__(self, origins: Iterable[str], everyone: Callable[[str], bool] = lambda path: False) -> None:
        self._everyone = everyone
        self._origins = frozenset(origin.rstrip("/").lower().encode() for origin in origins)

    def headers(self, origin: bytes, *, asked_before: bool, path: str = "") -> Headers:
        """Give the headers by which a browser lets a page of `origin` read; with `asked_before`, what it may ask."""
        everyone = self._everyone(path)
        if not origin or not (self._origins or everyone):
            return []
        if everyone or b"*" in self._origins:
            allowed: Headers = [(b"access-control-allow-origin", b"*")]
        elif origin.lower() in self._origins:
            allowed = [(b"access-control-allow-origin", origin), (b"vary", b"origin")]
        else:
            return [(b"vary", b"origin")]
        return [*allowed, *(_PREFLIGHT if asked_before else [])]
