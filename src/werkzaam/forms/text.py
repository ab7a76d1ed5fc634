"""The text of a file: its encoding, and characters that nobody sees."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator

import pyoxigraph as ox

from werkzaam.errors import Finding, Place, finding
from werkzaam.hidden import DECEIVING, HIDDEN
from werkzaam.loading import Loaded

# A joiner within a picture of several signs, or within a script that needs it, is as it should be.
_JOINERS = "\u200c\u200d"


def decode(content: bytes, file: str, *, encoding: str = "utf-8-sig") -> tuple[str, list[Finding]]:
    """Give the text of `content`, empty where it has none or is in another encoding, and what is wrong with it."""
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = None if content.startswith(_UTF_16) else content[:start].count(b"\n") + 1
        return "", [finding("not-text", Place(file, line))]
    if "\0" in text:
        return "", [finding("not-text", Place(file, text[: text.index("\0")].count("\n") + 1))]
    if not text.strip():
        return "", [finding("empty-file", Place(file))]
    return text, list(_hidden_in(text, file))


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _hidden_in(text: str, file: str) -> Iterator[Finding]:
    """Yield a finding for each line that holds characters that nobody sees, at the first of them."""
    told = 0
    for found in HIDDEN.finditer(text):
        at = found.start()
        line = text.count("\n", 0, at) + 1
        if line != told and not _belongs(text, at):
            told = line
            yield _tell(found[0], Place(file, line, at - text.rfind("\n", 0, at)))


def hidden_values(loaded: Loaded, file: str) -> Iterator[Finding]:
    """Yield a finding for each value with such characters that the text of the file did not show, as it escaped them.

    Call it when the findings on the file's text stand in `loaded`.
    """
    told = {one.value for one in loaded.findings if one.rule in _RULES}
    for triple in sorted(loaded.triples, key=str):
        if not isinstance(triple.object, ox.Literal) or not isinstance(triple.subject, ox.NamedNode):
            continue
        text, subject, path = triple.object.value, triple.subject.value, triple.predicate.value
        shown = (found[0] for found in HIDDEN.finditer(text) if not _belongs(text, found.start()))
        new = next((one for one in shown if _code(one) not in told), None)
        if new is not None:
            place = loaded.place(subject, path, file)
            yield _tell(new, place, subject, path)


_RULES = ("character-deceives", "character-invisible")


def _tell(character: str, place: Place, subject: str = "", path: str = "") -> Finding:
    name = unicodedata.name(character, "control character").lower()
    refused = bool(DECEIVING.fullmatch(character))
    return finding(
        "character-deceives" if refused else "character-invisible",
        place,
        severity="violation" if refused else "warning",
        subject=subject,
        path=path,
        value=_code(character),
        name=name,
    )


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _belongs(text: str, at: int) -> bool:
    if text[at] not in _JOINERS or at == 0:
        return False
    before = text[at - 1]
    return ord(before) > 0x2FF and unicodedata.category(before)[0] in "LMS"
