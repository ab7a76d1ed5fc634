"""The files that pages need beside them; each under a name of its own content, to be kept for good."""

from __future__ import annotations

import hashlib
import pkgutil
from functools import cache

KINDS = {
    "style.css": "text/css",
    "yasqe.min.css": "text/css",
    "yasqe.min.js": "text/javascript",
    "editor.js": "text/javascript",
}
"""The files, with the kind of each."""


@cache
def content(name: str) -> bytes:
    """Give the content of a file."""
    return pkgutil.get_data("werkzaam.web", f"static/{name}") or b""


@cache
def static_files() -> dict[str, str]:
    """Give the address of each file by its name."""
    found = {}
    for name in KINDS:
        stem, _, ending = name.rpartition(".")
        found[name] = f"/static/{stem}.{hashlib.sha256(content(name)).hexdigest()[:12]}.{ending}"
    return found
