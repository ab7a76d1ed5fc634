"""The command line: runs a command, and says what goes wrong without a traceback."""

from __future__ import annotations

import gc
import os
import re
import sys

import click

from werkzaam import (  # noqa: F401 - each adds its commands
    commands_bench,
    commands_check,
    commands_convert,
    commands_data,
    commands_entry,
    commands_link,
    commands_linking,
    commands_reason,
)
from werkzaam.commands import cli
from werkzaam.errors import OurFault, UsageError, WerkzaamError
from werkzaam.language import default_language
from werkzaam.messages import say


def _usage(error: click.UsageError, lang: str) -> str:
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or [])
        return say(lang, "option-unknown-near" if near else "option-unknown", value=error.option_name, near=near)
    if isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
        return say(lang, "argument-missing", value=name or (error.param.name if error.param else ""))
    if isinstance(error, click.BadParameter) and error.param is not None:
        choices = getattr(error.param.type, "choices", None)
        low, high = getattr(error.param.type, "min", None), getattr(error.param.type, "max", None)
        known = (
            ", ".join(map(str, choices)) if choices else f"{low}–{high}" if low is not None else error.param.type.name
        )
        return say(lang, "value-wrong", name=error.param.opts[0], known=known)
    if error.ctx is not None and isinstance(error.ctx.command, click.Group):
        from difflib import get_close_matches

        known_names = sorted(error.ctx.command.commands)
        given = next(iter(re.findall(r"'([^']+)'", error.format_message())), "")
        near = ", ".join(get_close_matches(given, known_names, 1, 0.5)) or ", ".join(known_names)
        return say(lang, "command-unknown", value=given, near=near)
    return say(lang, "usage-wrong")


def _chosen_language(arguments: list[str]) -> str:
    """Give the language in which to say that something went wrong."""
    for before, value in zip(["", *arguments], arguments, strict=False):
        given = value.removeprefix("--lang=") if value.startswith("--lang=") else value if before == "--lang" else ""
        if given in ("nl", "en"):
            return given
    try:
        return default_language()
    except UsageError:
        return "en"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit 0 good, 1 findings, 2 wrong use or unreadable input, 3 our fault."""
    arguments = sys.argv[1:] if arguments is None else arguments
    lang = _chosen_language(arguments)
    gc.set_threshold(200_000)  # a command ends before its garbage matters
    try:
        # Not cli.main(), which would make a reader that stops early an error.
        with cli.make_context("werkzaam", list(arguments)) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.UsageError as error:
        click.echo(_usage(error, lang), err=True)
        raise SystemExit(2) from None
    except click.exceptions.Exit as error:
        raise SystemExit(error.exit_code) from None
    except (click.Abort, KeyboardInterrupt):
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except WerkzaamError as error:
        click.echo(error.message(lang), err=True)
        raise SystemExit(error.exit_code) from None
    except Exception as error:
        if os.environ.get("WERKZAAM_DEBUG"):
            raise
        fault = OurFault("our-fault", problem=f"{type(error).__name__}: {error}")
        click.echo(fault.message(lang), err=True)
        raise SystemExit(3) from None
