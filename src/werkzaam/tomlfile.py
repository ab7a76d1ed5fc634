"""The TOML files of the package: messages, words, findings and the like, each read as data of its folder."""

from __future__ import annotations

from typing import Any


def read(name: str, package: str = "werkzaam") -> dict[str, Any]:
    """Give the content of the file `name` that stands in `package`."""
    import pkgutil
    import tomllib

    # pkgutil, for importlib.resources costs ten times as much to import.
    return tomllib.loads((pkgutil.get_data(package, name) or b"").decode("utf-8"))
