"""Competency questions: files of SPARQL with a header that says what is asked.

A question is a file of `queries/`; its parameters are a VALUES row of defaults that the runner
replaces with serialised terms, so a file is valid SPARQL as it stands and resists injection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from werkzaam import summary
from werkzaam.errors import OurFault, UsageError
from werkzaam.resources import walk
from werkzaam.store import Literal, Row, Store, Value, uncollected
from werkzaam.terms import XSD, natural

_HEADER = re.compile(r"^# (id|vraag|question|param|columns|inferred): +(.*)$", re.MULTILINE)
_LIST = re.compile(r'(\w+) \([^()]*a list by "([^"]+)"\)')
NUMBERS = frozenset(XSD + kind for kind in ("integer", "int", "decimal", "double", "float"))
DEFAULTS = re.compile(r"VALUES \(([^)]*)\) \{ \(([^)]*)\) \}")
_HOLDS = r"^ *(?:\?\w+ (?:(?:\([^()]*\)|\w+:\w+)[*?]/?)+ [?$]%s \.|FILTER \(!BOUND\([?$]%s\) \|\| .*\))\n"
"""A line that says nothing of what is asked while the parameter in it is open."""
_ORDER = re.compile(r"^ORDER BY((?: \?\w+)+)\s*\Z", re.MULTILINE)
_PARAM = re.compile(r"^\$(\w+) +([\w:]+)(\+?) +(.+?) \| (.+)$")

Groups = Sequence[Sequence[str]]
"""What is wanted: every group must be met, each by any of its IRIs."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its name, the class of what it takes, and whether it takes groups."""

    name: str
    takes: str
    many: bool
    text: dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One competency question, with the text of its query; `inferred` where it reads what is inferred too.

    `lists` are the columns that hold several values as one text, with what stands between them.
    """

    name: str
    text: dict[str, str]
    params: tuple[Param, ...]
    columns: tuple[str, ...]
    query: str
    inferred: bool = False
    lists: Mapping[str, str] = field(default_factory=dict)

    def param(self, name: str) -> Param:
        """Give the parameter called `name`; raises `UsageError` where there is none."""
        for one in self.params:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.params) or "-"
        raise UsageError("parameter-unknown", question=self.name, value=name, known=known)

    def bind(self, values: Mapping[str, Groups]) -> str:
        """Give the query with the defaults of `values`' parameters replaced; no groups at all means any."""
        query = self.query
        for name, groups in values.items():
            if self.param(name).many:
                query = _put_groups(query, name, groups)
            elif not groups:
                continue
            elif len(groups) > 1 or len(groups[0]) > 1:
                raise UsageError("parameter-single", value=name)
            else:
                query = _put(query, name, groups[0][0])
        return _without_open(query)


def _without_open(query: str) -> str:
    r"""Leave out what a query asks of parameters that are left open: paths that may have no steps, and filters.

    They hold for everything, and would be followed from each thing to all that lies above it, for every row. All
    questions give distinct rows, or count distinct things, so that it makes no difference how often something is found.

    >>> _without_open("VALUES ($a $b) { (UNDEF <x:y>) }\n?c skos:broader* $a .\n?c skos:broader* $b .\n")
    'VALUES ($a $b) { (UNDEF <x:y>) }\n?c skos:broader* $b .\n'
    """
    for names, terms in DEFAULTS.findall(query):
        for name, term in zip(names.split(), terms.split(), strict=True):
            if term == "UNDEF":
                query = re.sub(_HOLDS % (name[1:], name[1:]), "", query, flags=re.MULTILINE)
    return query


def _put_groups(query: str, name: str, groups: Groups) -> str:
    rows = " ".join(f"({number} <{iri}> {len(groups)})" for number, group in enumerate(groups, 1) for iri in group)
    rows = rows or "(UNDEF UNDEF 0)"
    return _replace(query, rf"(VALUES \(\$\w+ \${name} \$\w+\) \{{)[^}}]*(\}})", rf"\g<1> {rows} \g<2>")


def _put(query: str, name: str, iri: str) -> str:
    found = re.search(rf"VALUES \(((?:\$\w+ ?)*\${name}\b(?: ?\$\w+)*)\) \{{ \(([^)]*)\) \}}", query)
    if found is None:
        raise OurFault("our-fault", problem=f"no defaults for ${name}")
    terms = found[2].split()
    terms[found[1].split().index(f"${name}")] = f"<{iri}>"
    return query[: found.start(2)] + " ".join(terms) + query[found.end(2) :]


def _replace(query: str, pattern: str, new: str) -> str:
    made, count = re.subn(pattern, new, query)
    if not count:
        raise OurFault("our-fault", problem="no VALUES row")
    return made


def parse(name: str, text: str) -> Question:
    """Read a question from the text of its file; raises `OurFault` where its header is wrong."""
    header: dict[str, list[str]] = {}
    for key, value in _HEADER.findall(text):
        header.setdefault(key, []).append(value.strip())
    params = []
    for line in header.get("param", []):
        found = _PARAM.match(line)
        if found is None:
            raise OurFault("our-fault", problem=f"{name}: param {line}")
        params.append(Param(found[1], found[2], bool(found[3]), {"nl": found[4], "en": found[5]}))
    if header.get("id") != [name] or not {"vraag", "question", "columns"} <= header.keys():
        raise OurFault("our-fault", problem=f"{name}: header")
    columns = tuple(part.split()[0] for part in re.split(r", (?![^(]*\))", header["columns"][0]))
    text_of = {"nl": header["vraag"][0], "en": header["question"][0]}
    lists = dict(_LIST.findall(header["columns"][0]))
    return Question(name, text_of, tuple(params), columns, text, "inferred" in header, lists)


@cache
def questions() -> dict[str, Question]:
    """Give all questions by name."""
    return {
        path.removesuffix(".rq"): parse(path.removesuffix(".rq"), file.read_text("utf-8"))
        for path, file in walk("queries", ".rq")
        if "/" not in path
    }


def question(name: str) -> Question:
    """Give the question called `name`; raises `UsageError`, with the nearest names, where there is none."""
    known = questions()
    if name in known:
        return known[name]
    from rapidfuzz import process

    near = ", ".join(hit[0] for hit in process.extract(name, list(known), limit=3))
    raise UsageError("question-unknown", value=name, near=near)


@uncollected()
def ask(store: Store, name: str, values: Mapping[str, Groups] | None = None) -> list[Row]:
    """Answer a question over `store`; a parameter that is not in `values` keeps its default.

    Where the store has a summary of its claims, that answers what it can.
    """
    asked, values = question(name), values or {}
    held = getattr(store, "summary", None)
    told = None if held is None or name not in summary.ANSWERED else summary.rows(held, name, values)
    if told is not None:
        return told
    rows = ordered(store, asked.bind(values))
    # SPARQL joins the values of a group in any order, and each engine in its own.
    for column, between in asked.lists.items():
        for row in rows:
            if row.get(column) == "":  # of nothing some make an empty text, others no value
                del row[column]
            elif column in row:
                row[column] = Literal(between.join(sorted(row[column].split(between), key=natural)))
    return rows


def ordered(store: Store, query: str) -> list[Row]:
    """Give the rows of one of our queries in its order, which is made here: the same over any store.

    An engine looks up the text of a term whenever it compares one, which takes longer than finding the rows.
    """
    order = _ORDER.search(query)
    if order is None:
        return store.select(query)
    rows, names = store.select(query[: order.start()]), [name[1:] for name in order[1].split()]
    if any(isinstance(row.get(name), Literal) for row in rows for name in names):
        rows.sort(key=lambda row: [_place(row.get(name)) for name in names])
    else:  # one text a row: lists and tuples are walked through by Python's collector, again and again as they get more
        rows.sort(key=lambda row: "\0".join([row.get(name, "") for name in names]))
    return rows


def _place(value: Value | None) -> tuple[int, float, str]:
    """Give where a value stands among others, as SPARQL orders: no value, IRIs, numbers and other texts."""
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, Literal):
        return (2, float(value) if value.datatype in NUMBERS else 0.0, value)
    return (1, 0.0, value)
