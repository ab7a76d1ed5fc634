"""Old documents made new: deprecated names rewritten where they stand, everything else byte for byte the same."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzaam.errors import InputError, OurFault, Place
from werkzaam.foreign import read_file
from werkzaam.loading import Beside, nothing

TABLES = "csvw-metadata.json"
SUFFIXES = (".yaml", ".yml", ".ttl", TABLES)


@dataclass(frozen=True, slots=True)
class Change:
    """One name that was rewritten, and where it stood."""

    place: Place
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """What becomes of a document: the contents of its files that change, and what changed."""

    contents: Mapping[str, bytes]
    changes: Sequence[Change]


def migrate(file: str) -> Migrated:
    """Give what becomes of `file`, and of the tables that it describes, with every deprecated name replaced.

    It is read in a limited child process. Raises `InputError` where the file cannot be read, is of no form that is
    rewritten, or is broken.
    """
    from werkzaam.sandbox import ChildDied, call
    from werkzaam.validation import SECONDS

    content = read_file(file)
    if not file.lower().endswith(SUFFIXES):
        raise InputError("migrate-form", file=file)
    try:
        contents, changes = call(_in_child, content.decode("latin-1"), file, seconds=SECONDS)
    except ChildDied as death:
        raise InputError("migrate-unreadable", place=file, problem=death.told(file).message("en")) from None
    made = [Change(Place(where, line, column), old, new) for where, line, column, old, new in changes]
    return Migrated({name: text.encode("latin-1") for name, text in contents.items()}, made)


def _in_child(text: str, file: str) -> tuple[dict[str, str], list[tuple[str, int | None, int | None, str, str]]]:
    from werkzaam.validation import beside_of

    content = text.encode("latin-1")
    if file.lower().endswith(TABLES):
        made = rewrite_set(content, file, beside_of(file))
    else:
        after, changes = rewrite(content, file)
        made = Migrated({file: after} if changes else {}, changes)
    return (
        {name: one.decode("latin-1") for name, one in made.contents.items()},
        [(c.place.file, c.place.line, c.place.column, c.old, c.new) for c in made.changes],
    )


def rewrite(content: bytes, file: str) -> tuple[bytes, list[Change]]:
    """Do the work of `migrate` on the `content` of one YAML or Turtle file, in this process."""
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
    _same(loaded, _load(after, file, model))
    return after, [Change(place, written.strip("\"'"), new) for _, _, written, new, place in changes]


def rewrite_set(content: bytes, file: str, beside: Beside) -> Migrated:
    """Do the work of `migrate` on the `content` of the metadata of tables, which `beside` reads, in this process."""
    from werkzaam.migration_tables import rewrite_tables
    from werkzaam.model import Model

    model = Model()
    loaded = _load(content, file, model, beside)
    told = [one for one in loaded.findings if one.rule == "deprecated-name"]
    if not told:
        return Migrated({}, [])
    made = rewrite_tables(content, file, told, beside)
    folder = file.removesuffix(Path(file).name)
    again = _load(made.contents[file], file, model, lambda name: made.contents.get(folder + name) or beside(name))
    _same(loaded, again)
    changed = {name: one for name, one in made.contents.items() if name != file or one != content}
    return Migrated(changed, [Change(*one) for one in made.changes])


def _same(before: Any, after: Any) -> None:
    """Raise `OurFault` where what was rewritten says something else, or still has a deprecated name."""
    if after.triples != before.triples or any(one.rule == "deprecated-name" for one in after.findings):
        raise OurFault("our-fault", problem="migrate: the new document would not say the same")


def _load(content: bytes, file: str, model: Any, beside: Beside = nothing) -> Any:
    from werkzaam.loading import load_alone

    loaded, _ = load_alone(content, file, model, model.names, beside)
    broken = [one for one in loaded.findings if one.severity == "violation" and one.rule in _BROKEN]
    if broken:
        raise InputError("migrate-unreadable", place=str(broken[0].place), problem=broken[0].message("en"))
    return loaded


_BROKEN = {
    *("not-text", "empty-file", "too-deep", "yaml-syntax", "yaml-alias", "yaml-tag", "yaml-second-document"),
    *("turtle-syntax", "not-a-document", "format-version-missing", "format-version-unknown", "language-missing"),
    *("study-missing", "table-metadata", "table-unreadable", "table-rows"),
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
