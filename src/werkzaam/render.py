"""Answers as people read them: text for a terminal, Markdown, and rows for a spreadsheet."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from werkzaam.answers import MANY_CASES, Answer, Entry
from werkzaam.claims import Node
from werkzaam.export import record
from werkzaam.known import Known
from werkzaam.messages import say
from werkzaam.model import Names
from werkzaam.store import Row
from werkzaam.terms import FOREIGN, WZ, slug

COLUMNS = (
    "verdict",
    "id",
    "class",
    "mechanism",
    "effect",
    "influence",
    "interaction",
    "from",
    "to",
    "traits",
    "contexts",
    "outcomes",
    "scope",
    "statement",
    "said_by",
    "how_many",
    "certainty",
    "mode",
    "tier",
    "section",
    "page",
    "phrase",
    "under",
)

Style = Callable[[str], str]


class Teller:
    """Tells an answer in one language; `width` is that of the terminal, `strong` makes text stand out."""

    def __init__(self, known: Known | Names, lang: str, *, width: int = 88, strong: Style = str) -> None:
        self.known, self.lang, self.width, self.strong = known, lang, max(48, min(width, 110)), strong

    def say(self, key: str, **data: Any) -> str:
        """Give a sentence of the catalogue."""
        return say(self.lang, key, **data)

    def labels(self, iris: Iterable[str]) -> str:
        """Give the labels of things, joined."""
        return ", ".join(self.known.label(iri, self.lang) for iri in iris)

    def text(self, texts: dict[str, str] | None) -> str:
        """Give the text in the language, or in another."""
        texts = texts or {}
        return texts.get(self.lang) or next(iter(texts.values()), "")

    # ---- what works, in a terminal

    def table(self, answer: Answer) -> Iterator[str]:
        """Yield the lines of an answer for a terminal."""
        yield self.strong(self.title(answer))
        if answer.headings:
            yield from self._wrap(self.count(answer), "")
            yield from (line for told in self.others(answer) for line in self._wrap(told, ""))
        for verdict, entries in answer.headings:
            yield ""
            left = answer.left_out.get(verdict, 0)
            yield self.strong(f"{self.known.label(verdict, self.lang).upper()} ({len(entries) + left})")
            for entry in entries:
                yield ""
                yield from self._entry(entry)
            if left:
                yield ""
                yield from self._wrap(self.say("answer-left-out", count=left), "  ")
        if not answer.headings:
            yield ""
            yield from self._wrap(self.say("answer-none"), "")
        yield from self._silence(answer)
        yield from self._patterns(answer)

    def title(self, answer: Answer) -> str:
        """Give the question as it was asked."""
        either = self.say("either")
        asked = " · ".join(either.join(self.known.label(i, self.lang) for i in group) for group in answer.asked)
        return self.say("answer-title", asked=asked) if asked else self.say("answer-title-all")

    def count(self, answer: Answer) -> str:
        """Give how many claims there are, who coded them and how many a person checked."""
        coders = self.labels(answer.coders)
        return self.say("answer-count", count=answer.count, coders=coders, checked=answer.checked)

    def others(self, answer: Answer) -> Iterator[str]:
        """Yield how many claims come from which database of others."""
        for graph, count in sorted(answer.databases.items()):
            yield self.say("answer-others", count=count, title=self.known.label(graph, self.lang), name=slug(graph))

    def _entry(self, entry: Entry) -> Iterator[str]:
        node = entry.claim
        yield f"  {self.strong(self.head(node))}"
        yield from self._wrap(self.text(node.text("statement")), "  ")
        for key, value in self.facts(node):
            yield from self._wrap(value, f"    {self.say(key):<12}", "    " + " " * 12)
        for below in entry.folded:
            yield from self._wrap(
                f"{self.text(below.claim.text('statement'))} ({self.place(below.claim)})",
                f"    {self.say(self._why_folded(below.claim)):<12}",
                "    " + " " * 12,
            )

    def _why_folded(self, node: Node) -> str:
        if node.iris("restates"):
            return "word-again"
        return "word-example" if slug(node.one("tier") or "") == "illustration" else "word-detail"

    def head(self, node: Node) -> str:
        """Give the short form of a claim: mechanism or interaction, value, where."""
        label = self.known.label
        if node.one("interaction"):
            what = " ".join(
                label(iri, self.lang)
                for name in ("interactionFrom", "interaction", "interactionTo")
                if (iri := node.one(name))
            )
        else:
            parts = [
                self.labels(node.iris("mechanism")),
                self.labels(node.iris("context")) if node.one("influence") else "",
            ]
            parts += [self.labels(node.iris(name)) for name in ("effect", "influence", "aspect", "result")]
            what = " – ".join(part for part in parts if part)
        if not what:
            what = self.labels(i for part in node.all("hasOutcome") for i in part.iris("outcome"))
        what = what or self.known.label(f"{WZ}{node.cls}", self.lang)
        where = f"[{slug(node.document)}] " if node.document.startswith(FOREIGN) else ""
        return f"{where}{what} · {self.labels(node.iris('scope'))}"

    def facts(self, node: Node) -> Iterator[tuple[str, str]]:
        """Yield (key of a word, text) of what a claim says besides its statement."""
        who = "; ".join(self._who(part) for part in node.all("actor"))
        if who:
            yield "word-who", who
        if node.all("exceptFor"):
            yield "word-except", "; ".join(self._who(part) for part in node.all("exceptFor"))
        if node.cls == "Configuration" and node.iris("context"):
            yield "word-context", self.labels(node.iris("context"))
        for key, name in (("word-resource", "resource"), ("word-reasoning", "reasoning")):
            if node.text(name):
                yield key, self.text(node.text(name))
        if node.one("whyNot"):
            yield "word-why-not", self.labels(node.iris("whyNot"))
        outcomes = [
            f"{self.labels(p.iris('outcome'))}: {self.labels(p.iris('change'))}" for p in node.all("hasOutcome")
        ]
        if outcomes:
            yield "word-outcome", "; ".join(outcomes)
        if node.one("mode") and slug(node.one("mode") or "") != "observed":
            yield "word-mode", self.labels(node.iris("mode"))
        for name, key in (
            ("supportedBy", "word-says"),
            ("disputedBy", "word-disputed"),
            ("qualifiedBy", "word-qualified"),
        ):
            for part in node.all(name):
                yield key, f"{self._speaker(part)} · {self._where(part)}"
        if slug(node.one("reading") or "") == "ours":
            yield "word-ours", self.text(node.text("note"))

    def _who(self, part: Node) -> str:
        said = self.text(part.text("description"))
        traits = self.labels(part.iris("trait"))
        return said or f"{self.labels(part.iris('role'))}{': ' + traits if traits else ''}"

    def _speaker(self, part: Node) -> str:
        how_many = self.labels(part.iris("quantifier"))
        kind = self.labels(part.iris("evidenceKind"))
        certainty = "" if slug(part.one("certainty") or "stated") == "stated" else self.labels(part.iris("certainty"))
        details = ", ".join(word for word in (how_many, kind, certainty) if word)
        return f"{self.labels(part.iris('saidBy'))}{f' ({details})' if details else ''}"

    def _where(self, part: Node) -> str:
        return self.say("place", section=part.one("section"), page=part.one("page") or "?", phrase=part.one("phrase"))

    def place(self, node: Node) -> str:
        """Give the first place where a claim stands."""
        first = next(iter(node.all("supportedBy")), None)
        return self._where(first) if first else ""

    def _silence(self, answer: Answer) -> Iterator[str]:
        for covered, key in ((True, "heading-not-studied"), (False, "heading-not-entered")):
            if answer.silent[covered]:
                yield ""
                yield self.strong(self.say(key))
                by_cases: dict[str, list[str]] = {}
                for mechanism, cases in answer.silent[covered].items():
                    by_cases.setdefault(self.labels(cases), []).append(mechanism)
                for cases_text, mechanisms in by_cases.items():
                    yield from self._wrap(f"{self.labels(mechanisms)} ({cases_text})", "  ")
        if not answer.listed:
            yield ""
            yield from self._wrap(self.say("silence-not-told", count=MANY_CASES), "")
        if answer.unmatched:
            yield ""
            yield self.strong(self.say("heading-without-claims"))
            yield from self._wrap(self.labels(answer.unmatched), "  ")

    def _patterns(self, answer: Answer) -> Iterator[str]:
        if not answer.patterns:
            return
        yield ""
        yield self.strong(self.say("heading-patterns"))
        for one in answer.patterns:
            key = (
                "pattern-both"
                if one.works_in and one.fails_in
                else "pattern-for"
                if one.works_in
                else "pattern-against"
            )
            yield from self._wrap(
                self.say(
                    key,
                    mechanism=self.known.label(one.mechanism, self.lang),
                    works=self.labels(one.works_in),
                    fails=self.labels(one.fails_in),
                ),
                "  ",
            )
            for word, iris in (
                ("pattern-only-works", one.only_works),
                ("pattern-only-fails", one.only_fails),
            ):
                if iris and one.works_in and one.fails_in:
                    yield from self._wrap(self.say(word, what=self.labels(iris)), "    ")

    def _wrap(self, text: str, first: str, rest: str | None = None) -> list[str]:
        indent = first if rest is None else rest
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]

    # ---- what works, as Markdown and as rows

    def markdown(self, answer: Answer) -> Iterator[str]:
        """Yield the lines of an answer as Markdown."""
        yield f"# {self.title(answer)}"
        yield ""
        yield self.count(answer)
        yield from self.others(answer)
        for verdict, entries in answer.headings:
            yield ""
            yield f"## {self.known.label(verdict, self.lang)} ({len(entries)})"
            for entry in entries:
                yield ""
                yield f"- **{self.head(entry.claim)}** {self.text(entry.claim.text('statement'))}"
                for key, value in self.facts(entry.claim):
                    yield f"  - {self.say(key)}: {value}"
                for below in entry.folded:
                    yield f"  - {self.say(self._why_folded(below.claim))}: {self.text(below.claim.text('statement'))}"
        plain = Teller(self.known, self.lang, width=110)
        for line in (*plain._silence(answer), *plain._patterns(answer)):
            yield line.strip() if line.startswith(" ") else (f"## {line}" if line else "")

    def rows(self, answer: Answer) -> Iterator[dict[str, str]]:
        """Yield one row a claim, labels in the language, for CSV."""

        def flat(verdict: str, entries: Sequence[Entry], under: str = "") -> Iterator[dict[str, str]]:
            for entry in entries:
                yield self._row(verdict, entry.claim) | {"under": under}
                yield from flat(verdict, entry.folded, slug(entry.claim.iri))

        for verdict, entries in answer.headings:
            yield from flat(verdict, entries)

    def _row(self, verdict: str, node: Node) -> dict[str, str]:
        data = record(node)
        first = next(iter(node.all("supportedBy")), None)
        named = {
            "verdict": self.known.label(verdict, self.lang),
            "traits": self.labels(i for part in node.all("actor") for i in part.iris("trait")),
            "contexts": self.labels(node.iris("context")),
            "outcomes": "; ".join(
                f"{self.labels(p.iris('outcome'))}: {self.labels(p.iris('change'))}" for p in node.all("hasOutcome")
            ),
            "scope": self.labels(node.iris("scope")),
            "statement": self.text(node.text("statement")),
            "said_by": self.labels(first.iris("saidBy")) if first else "",
            "how_many": self.labels(first.iris("quantifier")) if first else "",
            "certainty": self.labels(first.iris("certainty")) if first else "",
        }
        for name in ("mechanism", "effect", "influence", "interaction", "mode", "tier"):
            named[name] = self.labels(node.iris(name))
        named["from"], named["to"] = (
            self.labels(node.iris("interactionFrom")),
            self.labels(node.iris("interactionTo")),
        )
        return {key: named.get(key, str(data.get(key) or "")) for key in COLUMNS}

    # ---- questions

    def answer_rows(self, columns: Sequence[str], rows: Sequence[Row]) -> list[list[str]]:
        """Give rows of a question with labels in the place of IRIs, claims by their id."""
        return [[self._cell(row.get(name)) for name in columns] for row in rows]

    def legend(self, nodes: Iterable[Node], *, marked: bool = False) -> Iterator[str]:
        """Yield what each claim of an answer says and where it stands: lines for a terminal, or (`marked`) Markdown."""
        for node in nodes:
            said, place = self.text(node.text("statement")), self.place(node)
            if marked:
                yield f"- **{slug(node.iri)}** {said}{f' ({place})' if place else ''}"
                yield from (f"  - {slug(one.iri)}: {self.text(one.text('statement'))}" for one in node.all("argument"))
            else:
                yield from self._wrap(f"{slug(node.iri):5} {said}", "", " " * 6)
                yield from self._wrap(place, " " * 6) if place else ()
                for one in node.all("argument"):
                    yield from self._wrap(f"{slug(one.iri)}: {self.text(one.text('statement'))}", " " * 6, " " * 10)

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        text = str(value)
        if text.startswith("http"):
            return slug(text) if "/id/claim/" in text else self.known.label(text, self.lang)
        return text
