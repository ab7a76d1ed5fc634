"""What was done already, piece by piece, in a folder beside the store: so that who starts again goes on.

A piece is called by all that its answer depends on, and has two files: `.json`, what came of each document, and `.nq`,
the quads of those that are right, one document after the other.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from werkzaam.bulk.piece import pack, unpack
from werkzaam.durable import replace_file
from werkzaam.errors import error_from_dict


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of bytes of a file."""

    file: Path
    start: int
    end: int


class Kept:
    """The answers to pieces of work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def name(self, shared: bytes, piece: bytes) -> str:
        """Give what a piece is called, with what pieces share."""
        return sha256(sha256(shared).digest() + sha256(piece).digest()).hexdigest()[:32]

    def has(self, name: str) -> bool:
        """Say whether a piece was done."""
        return (self._folder / f"{name}.json").is_file()

    def keep(self, name: str, answer: bytes) -> None:
        """Keep an answer whole or not at all; raises what came back instead of one."""
        header, blobs = unpack(answer)
        if "error" in header:
            raise error_from_dict(header)
        for ending, content in (("nq", b"".join(blobs)), ("json", pack(header))):  # the second says that both are there
            replace_file(self._folder / f"{name}.{ending}", content, seen=False)

    def documents(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield what came of each document of some pieces; the `part` of it are its quads."""
        for name in names:
            header, _ = unpack((self._folder / f"{name}.json").read_bytes())
            for one in header["documents"]:
                yield {**one, "part": Part(self._folder / f"{name}.nq", *one["at"])}

    def tidy(self, names: Sequence[str]) -> None:
        """Delete the answers to other pieces than these: of files as they were before."""
        for file in self._folder.iterdir():
            if file.name.partition(".")[0] not in names:
                file.unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete everything, when all of it is in the store."""
        shutil.rmtree(self._folder, ignore_errors=True)


class Joined(io.RawIOBase):
    """Parts of files, read one after the other."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = iter(_joined(parts))
        self._file: io.BufferedReader | None = None
        self._left = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as the next bytes go."""
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            if self._file is not None:
                self._file.close()
            self._file = part.file.open("rb")
            self._file.seek(part.start)
            self._left = part.end - part.start
        assert self._file is not None
        content = self._file.read(min(len(buffer), self._left))
        buffer[: len(content)] = content
        self._left -= len(content)
        return len(content)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Make one of parts that follow each other in a file."""
    made: list[Part] = []
    for one in parts:
        if made and (made[-1].file, made[-1].end) == (one.file, one.start):
            made[-1] = Part(one.file, made[-1].start, one.end)
        else:
            made.append(one)
    return made
