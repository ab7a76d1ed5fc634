"""Names that are looked up in the file of a summary, one at a time."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from werkzaam import summaryqueries as sql
from werkzaam.summaryfile import Held, address

LAST = "\U0010ffff"
"""Comes after every letter."""


class NamesIn:
    """Looks up in a summary what documents call things; open for as long as it is held."""

    def __init__(self, file: Path, hold: object = None) -> None:
        self._file, self._hold = file, hold
        self._process, self._opened = os.getpid(), self._open()

    def _open(self) -> sqlite3.Connection:
        made = sqlite3.connect(address(self._file), uri=True, check_same_thread=False)
        Held(made)
        return made

    @property
    def _made(self) -> sqlite3.Connection:
        """The open file; a forked child opens it anew, as SQLite asks."""
        if self._process != os.getpid():
            self._process, self._opened = os.getpid(), self._open()
        return self._opened

    def more_cases_than(self, number: int) -> bool:
        """Say whether more documents hold claims."""
        found = self._made.execute("SELECT DISTINCT document FROM claim LIMIT ?", (number + 1,))
        return len(found.fetchall()) > number

    def found_by(self, word: str) -> set[str]:
        """Give the things that a folded word stands for."""
        return {one for (one,) in self._made.execute(sql.BY_WORD, (word,))}

    def words_like(self, start: str) -> list[str]:
        """Give the folded words, some thousand at most, that begin so."""
        return [one for (one,) in self._made.execute(sql.WORDS_LIKE, (start, start + LAST))]

    def beginning(self, start: str) -> list[str]:
        """Give the claims, some thousand at most, of which the IRI begins so."""
        return [one for (one,) in self._made.execute(sql.BEGINNING, (start, start + LAST))]

    def called(self, thing: str) -> list[tuple[str, str, str]]:
        """Give what documents call a thing: kind, text and language."""
        return list(self._made.execute(sql.CALLED_IN_ANY, (thing,)))

    def types(self, thing: str) -> set[str]:
        """Give the classes that documents say a thing is of."""
        return {cls for (cls,) in self._made.execute(sql.TYPES_IN_ANY, (thing,))}
