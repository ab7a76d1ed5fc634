"""Old documents made new: deprecated names rewritten where they stand, everything else byte for byte the same."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzaam.errors import InputError, OurFault, Place, finding
from werkzaam.foreign import read_file

SUFFIXES = (".yaml", ".yml", ".ttl")


@dataclass(frozen=True, slots=True)
class Change:
    """One name that was rewritten, and where it stood."""

    place: Place
    old: str
    new: str


def migrate(file: str) -> tuple[bytes, list[Change]]:
    """Give the content of `file` with every deprecated name replaced, and what changed.

    It is read in a limited child process. Raises `InputError` where the file cannot be read, is no YAML or Turtle, or
    is broken.
    """
    from werkzaam.sandbox import ChildDied, call
    from werkzaam.validation import SECONDS

    content = read_file(file)
    if not file.lower().endswith(SUFFIXES):
        raise InputError("migrate-form", file=file)
    try:
        text, changes = call(_in_child, content.decode("latin-1"), file, seconds=SECONDS)
    except ChildDied as death:
        key = "input-kills-reader" if death.reason == "crash" else "input-takes-too-long"
        problem = finding(key, Place(file)).message("en")
        raise InputError("migrate-unreadable", place=file, problem=problem) from None
    made = [Change(Place(file, line, column), old, new) for line, column, old, new in changes]
    return text.encode("latin-1"), made


def _in_child(text: str, file: str) -> tuple[str, list[tuple[int, int, str, str]]]:
    content, changes = rewrite(text.encode("latin-1"), file)
    return content.decode("latin-1"), [(c.place.line or 0, c.place.column or 0, c.old, c.new) for c in changes]


def rewrite(content: bytes, file: str) -> tuple[bytes, list[Change]]:
    """Do the work of `migrate` on `content`, in this process."""
    from werkzaam.model import Model

    model = Model()
    loaded = _load(content, file, model)
    bom = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content[len(bom) :].decode("utf-8")
    told = {(one.place.line, one.place.column): one for one in loaded.findings if one.rule == "deprecated-name"}
    changes = []
    for (start, end), written, at in sorted(_spans(text, file, model)):
        if at in told:
            new = told[at].instead
            changes.append((start, end, written, new, told[at].place))
    if len(changes) != len(told):
        raise OurFault("our-fault", problem=f"migrate: {len(told)} names told, {len(changes)} found")
    made, done = [], 0
    for start, end, written, new, _ in changes:
        quote = written[0] if written[:1] in ("'", '"') and file.lower().endswith(SUFFIXES[:2]) else ""
        made += [text[done:start], quote + new + quote]
        done = end
    after = bom + "".join([*made, text[done:]]).encode()
    again = _load(after, file, model)
    if again.triples != loaded.triples or any(one.rule == "deprecated-name" for one in again.findings):
        raise OurFault("our-fault", problem="migrate: the new document would not say the same")
    return after, [Change(place, written.strip("\"'"), new) for _, _, written, new, place in changes]


def _load(content: bytes, file: str, model: Any) -> Any:
    from werkzaam.loading import loader_for
    from werkzaam.model import add_names

    loader, names = loader_for(file), model.names.copy()
    add_names(names, model, loader.things(content, model))
    loaded = loader.load(content, file, model, names)
    broken = [one for one in loaded.findings if one.severity == "violation" and one.rule in _BROKEN]
    if broken:
        raise InputError("migrate-unreadable", place=str(broken[0].place), problem=broken[0].message("en"))
    return loaded


_BROKEN = {
    *("not-text", "empty-file", "too-deep", "yaml-syntax", "yaml-alias", "yaml-tag", "yaml-second-document"),
    *("turtle-syntax", "not-a-document", "format-version-missing", "format-version-unknown", "language-missing"),
    *("study-missing",),
}
"""What keeps a document from being read to its end, so that names in it would be missed."""


def _spans(text: str, file: str, model: Any) -> Iterable[tuple[tuple[int, int], str, tuple[int, int]]]:
    """Yield where a scalar (YAML) or deprecated name (Turtle) begins and ends, as written, its line and column."""
    if file.lower().endswith(".ttl"):
        from werkzaam.turtlenames import names_in

        for name in names_in(text, model.former):
            yield (name.start, name.end), name.written, (name.line, name.column)
        return
    import yaml

    from werkzaam.yamltree import LOADER

    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.ScalarEvent):
            start: Any = event.start_mark
            end: Any = event.end_mark
            yield (start.index, end.index), text[start.index : end.index], (start.line + 1, start.column + 1)
