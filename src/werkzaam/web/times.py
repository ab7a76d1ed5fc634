"""How each language writes times."""

from __future__ import annotations

import re

from werkzaam.web.words import word

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def when(period: str, lang: str) -> str:
    """Give a time or a stretch of time, as ISO 8601 writes it, in words; ``..`` is an open end.

    >>> when("2008-12/2010", "en"), when("2009-03-03/..", "nl"), when("../2010-05", "nl")
    ('December 2008 – 2010', 'vanaf 3 maart 2009', 'tot en met mei 2010')
    """
    start, slash, end = period.partition("/")
    if not slash:
        return _date(start, lang)
    if start == "..":
        return word(lang, "until", end=_date(end, lang))
    if end == "..":
        return word(lang, "since", start=_date(start, lang))
    return f"{_date(start, lang)} – {_date(end, lang)}"


def moment(period: str) -> str:
    """Give by what a time is put in order: when it begins, or ends where its beginning is open.

    >>> sorted(["2010", "../2009-05", "2009-03-03/.."], key=moment)
    ['2009-03-03/..', '../2009-05', '2010']
    """
    return period.removeprefix("../")


def _date(text: str, lang: str) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    year, month, day = found.groups()
    names = word(lang, "months").split()
    parts = [str(int(day)) if day else "", names[int(month) - 1] if month else "", year]
    return " ".join(part for part in parts if part)
