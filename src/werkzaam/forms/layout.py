"""Which sheets and columns a workbook has: a sheet for each list of the form, a column for each key, from the model.

A part that a claim or thing can have many of (its evidence, its actors) stands on a sheet of its own, each row with the
id of what it belongs to. So a new field needs no change here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzaam.forms.form import KIND, LANGUAGE
from werkzaam.model import Field, Model
from werkzaam.terms import LANGUAGES, RDFS, WZ, fold

OF = {"nl": "bij", "en": "of"}
"""The column with the id of what a row belongs to."""
AS = {"nl": "als", "en": "as"}
"""The column with the key under which it belongs there, where there are several."""
DOCUMENT = "Document"
README = {"nl": "Lees mij", "en": "Read me"}
LISTS = {"nl": "Lijsten", "en": "Lists"}

_ROOT = WZ + "CaseDocument"


@dataclass(frozen=True, slots=True)
class Column:
    """A column (on the first sheet: a row): its heading, its field, for a text its language, and if it takes several.

    Without field it is one of ours: ``id``, kind, of, as.
    """

    heading: str
    field: Field | None = None
    lang: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, the class of its rows, the fields by which they belong to others, its columns.

    `within` is empty where rows belong to the document itself.
    """

    title: str
    cls: str
    key: str
    within: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, heading: str) -> Column | None:
        """Give the column with a heading, however it is written."""
        return next((one for one in self.columns if fold(one.heading) == fold(heading)), None)


@dataclass
class Layout:
    """The sheets of a workbook in one language."""

    model: Model
    lang: str
    head: tuple[Column, ...] = ()
    sheets: list[Sheet] = field(default_factory=list)

    def __post_init__(self) -> None:
        own, late = [], []
        fields = self.model.fields_of(_ROOT)
        study, case = fields[WZ + "study"], fields[WZ + "caseOf"]
        head = [Column("werkzaam"), Column(LANGUAGE[self.lang]), Column(study.keys[self.lang], study)]
        head += [Column(case.keys[self.lang], case), Column("document")]
        for one in fields.values():
            if one.kind != "node" or self.lang not in one.keys:
                continue
            if _single(self.model, _ROOT, one.path):
                prefix = one.keys[self.lang] + "."
                head += [Column(prefix + "id"), *self._columns([one.target or ""], prefix)]
            else:
                own.append(one)
        self.head = tuple(head)
        for one in own:
            key = one.keys[self.lang]
            columns = (Column("id"), *self._kind(one.target or ""), *self._columns(self._kinds(one.target or "")))
            self.sheets.append(Sheet(_title(key), one.target or "", key, (), columns))
            late.append(one.target or "")
        self._nested(late)

    def _nested(self, classes: list[str]) -> None:
        """Add a sheet for each class of parts that something of `classes` can have."""
        found: dict[str, dict[str, Field]] = {}
        todo = list(classes)
        while todo:
            for cls in self._kinds(todo.pop(0)):
                for one in self.model.fields_of(cls).values():
                    if one.kind == "node" and one.target and self.lang in one.keys:
                        if one.target not in found:
                            todo.append(one.target)
                        found.setdefault(one.target, {})[one.path] = one
        for cls, fields in found.items():
            keys = tuple(one.keys[self.lang] for one in fields.values())
            label = self.model.in_both(cls, RDFS + "label").get(self.lang, cls)
            among = (Column(AS[self.lang]),) if len(keys) > 1 else ()
            columns = (Column(OF[self.lang]), *among, Column("id"), *self._kind(cls), *self._columns(self._kinds(cls)))
            self.sheets.append(Sheet(_title(label if among else keys[0]), cls, keys[0], keys, columns))

    def _kinds(self, cls: str) -> list[str]:
        """Give the classes that a row of `cls` may be of: the class itself, then those below it by their labels."""
        below = self.model.children.get(cls, {cls}) - {cls}
        return [cls, *sorted(below, key=lambda one: self.model.in_both(one, RDFS + "label").get(self.lang, one))]

    def _kind(self, cls: str) -> tuple[Column, ...]:
        return (Column(KIND[self.lang]),) if len(self.model.children.get(cls, {cls})) > 1 else ()

    def _columns(self, classes: list[str], prefix: str = "") -> Iterator[Column]:
        """Yield a column for each key of the classes, a text one a language."""
        told = set()
        for cls in classes:
            for one in self.model.fields_of(cls).values():
                if one.kind == "node" or self.lang not in one.keys or one.path in told:
                    continue
                told.add(one.path)
                heading = prefix + one.keys[self.lang]
                if one.kind == "text":
                    for lang in sorted(LANGUAGES, key=lambda lang: lang != self.lang):
                        yield Column(f"{heading}.{lang}", one, lang)
                else:
                    several = not all(_single(self.model, kind, one.path) for kind in self._having(classes, one.path))
                    yield Column(heading, one, "", several)

    def _having(self, classes: list[str], path: str) -> list[str]:
        return [cls for cls in classes if path in self.model.fields_of(cls)]

    def sheet(self, title: str) -> Sheet | None:
        """Give the sheet with a title, however it is written."""
        return next((one for one in self.sheets if fold(one.title) == fold(title)), None)


def _single(model: Model, cls: str, path: str) -> bool:
    """Say whether something of `cls` has at most one value of `path`."""
    return any(model.bounds.get((up, path), (0, None))[1] == 1 for up in model.parents(cls))


def _title(key: str) -> str:
    return (key[0].upper() + key[1:]).replace("-", " ")
