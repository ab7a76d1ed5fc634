"""Tell on the command line how far many documents are, and what came of them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from dataclasses import asdict

import click

from werkzaam.bulk.entering import Outcome, Progress, documents_in, enter_many
from werkzaam.bulk.spread import dask as over_dask
from werkzaam.bulk.spread import processes
from werkzaam.folder import Folder
from werkzaam.messages import say
from werkzaam.records import Submitter
from werkzaam.reports import arranged, as_data, as_text
from werkzaam.terms import slug

MOST = 40
"""How many documents are told one by one."""


def tell_many(
    places: tuple[str, ...],
    folder: Folder,
    store: str,
    submitter: Submitter,
    at: str | None,
    dry_run: bool,
    skip_wrong: bool,
    workers: int | None,
    scheduler: str | None,
    inferences: str,
    form: str,
    lang: str,
) -> None:
    """Enter the documents in `places` and tell of it; exit 1 where nothing entered because something is wrong."""
    files = documents_in(places)
    spread = over_dask(scheduler) if scheduler else processes(workers or os.cpu_count() or 1)
    outcome = enter_many(
        files,
        folder,
        store,
        spread,
        submitter=submitter,
        at=at,
        dry_run=dry_run,
        skip_wrong=skip_wrong,
        inferences=inferences,
        progress=_progress(lang),
    )
    found = arranged(outcome.findings)
    if form == "json":
        told = {
            "version": 1,
            "files": len(files),
            "findings": as_data(found, (), lang)["findings"],
            "advice": {slug(rule): count for rule, count in sorted(outcome.advice.items())},
            "documents": [asdict(one) for one in outcome.documents],
            "result": outcome.result,
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        sys.stdout.write(as_text(found, (), lang))
        for line in _lines(outcome, len(files), lang):
            click.echo(line)
    if outcome.refused and not skip_wrong:
        click.echo(say(lang, "entry-refused"), err=True)
        raise SystemExit(1)


def _lines(outcome: Outcome, files: int, lang: str) -> list[str]:
    lines = [one.told(lang) for one in outcome.documents] if len(outcome.documents) <= MOST else []
    states = Counter(one.state for one in outcome.documents)
    for state, count in sorted(states.items()):
        claims = sum(one.claims for one in outcome.documents if one.state == state)
        lines.append(say(lang, f"many-{state}", count=count, files=files, claims=claims))
    if outcome.advice:
        rules = ", ".join(f"{slug(rule)} ({count})" for rule, count in outcome.advice.most_common(5))
        lines.append(say(lang, "bulk-advice", count=outcome.advice.total(), rules=rules))
    return [*lines, say(lang, "bulk-result", value=outcome.result)]


def _progress(lang: str) -> Progress:
    """Say on standard error how far it is: in one line that changes where somebody looks, else once in a while."""
    began, last, looking = time.monotonic(), 0.0, sys.stderr.isatty()

    def tell(stage: str, done: int, all_: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done and done != all_ and now - last < (0.2 if looking else 10):
            return
        last = now
        left = (now - began) / done * (all_ - done) if stage == "read" and done else 0
        told = say(lang, f"stage-{stage}", done=done, all=all_)
        told += say(lang, "bulk-left", minutes=round(left / 60) or 1) if left > 5 else ""
        click.echo(f"\r\x1b[2K{told}" if looking else told, err=True, nl=not looking or done == all_)

    return tell
