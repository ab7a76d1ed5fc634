"""Files that are seen on the disk before anybody relies on them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from werkzaam.errors import StoreError


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in our words that something could not be written."""
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC or "No space left" in str(error)
        raise StoreError("store-full" if full else "store-unwritable", path=str(path), problem=said(error)) from None


def said(error: BaseException) -> str:
    """Give the short form of what the system or the engine says, which repeats the path and itself."""
    return getattr(error, "strerror", None) or str(error).split(":")[-1].strip() or type(error).__name__


def replace_file(file: Path, content: bytes, *, seen: bool = True) -> None:
    """Write beside, see it on the disk unless that is done for many at once, and rename."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        if seen:
            write(beside, content)
        else:
            beside.write_bytes(content)
        os.replace(beside, file)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    if seen:
        sync_folder(file.parent)


def write(file: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file and see it on the disk."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def sync(folder: Path) -> None:
    """See everything in `folder` on the disk."""
    for one in folder.rglob("*"):
        if one.is_file():
            with one.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(one)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """See on the disk which files a folder has."""
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
