"""The command `bench`: what answering takes, beside others."""

from __future__ import annotations

import sys

import click

from werkzaam.commands import _help, _lang, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say

_CASES, _ROUNDS = click.IntRange(0, 100_000), click.IntRange(1, 1000)
_SECONDS = click.FloatRange(0.1, 3600)


@cli.command(help=_help("bench"))
@click.option("--cases", "sizes", multiple=True, type=_CASES, metavar="N", help=_help("bench-cases"))
@click.option("--peer", "peers", multiple=True, metavar="NAME", help=_help("bench-peer"))
@click.option("--seed", type=int, default=1, show_default=True, help=_help("bench-seed"))
@click.option("--rounds", type=_ROUNDS, default=7, show_default=True, help=_help("bench-rounds"))
@click.option("--timeout", type=_SECONDS, default=30.0, show_default=True, help=_help("bench-timeout"))
@click.option("--budget", type=_SECONDS, default=120.0, show_default=True, help=_help("bench-budget"))
@click.option("--out", metavar="FILE.md", help=_help("bench-out"))
@_lang
def bench(
    sizes: tuple[int, ...],
    peers: tuple[str, ...],
    seed: int,
    rounds: int,
    timeout: float,
    budget: float,
    out: str | None,
    lang: str | None,
) -> None:
    """Measure loading and every question over made-up cases, werkzaam beside its peers."""
    from pathlib import Path

    from werkzaam.bench import checking, machine, run
    from werkzaam.bench_peers import PEERS
    from werkzaam.bench_report import page, picture
    from werkzaam.build import write_whole

    lang = lang or default_language()
    there = [name for name, (_, installed) in PEERS.items() if installed()]
    for peer in peers:
        if peer not in there:
            raise UsageError("bench-peer-unknown", value=peer, known=", ".join(there))
    sizes = tuple(sorted(set(sizes))) or (10, 100)
    told = machine()
    measured, grown = run(
        sizes,
        peers or there,
        seed=seed,
        rounds=rounds,
        seconds=timeout,
        budget=budget,
        progress=lambda peer, size, name: click.echo(f"{peer}, {size}: {name}", err=True),
    )
    asked = "".join(f" --cases {size}" for size in sizes) + "".join(f' --peer "{peer}"' for peer in peers)
    command = f"werkzaam bench{asked} --seed {seed} --rounds {rounds} --timeout {timeout:g} --budget {budget:g}"
    text = "\n".join(page(measured, grown, told, command, checking(seed))) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    image = Path(out).with_suffix(".svg")
    try:
        write_whole(image, picture(measured).encode())
        write_whole(Path(out), f"{text}\n![{say(lang, 'bench-picture')}]({image.name})\n".encode())
    except OSError as error:
        raise UsageError("output-unwritable", path=out, problem=error.strerror or "") from None
    click.echo(say(lang, "written", path=out), err=True)
