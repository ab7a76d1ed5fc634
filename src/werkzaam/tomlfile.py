"""The TOML files of the package: messages, words, findings and the like, each read as data of its folder."""

from __future__ import annotations

from typing import Any


def read(name: str, package: str = "werkzaam") -> dict[str, Any]:
    """Give the content of the file `name` that stands in `package`."""
    import pkgutil

    import tomli

    # tomli is compiled, and reads the messages in a third of the time of tomllib, its like in the standard library.
    # pkgutil, for importlib.resources costs ten times as much to import; but it sees no folder that is no package.
    try:
        content = pkgutil.get_data(package, name)
    except (OSError, ImportError):
        content = None
    if content is None:
        from importlib.resources import files

        content = files(package).joinpath(name).read_bytes()
    return tomli.loads(content.decode("utf-8"))
