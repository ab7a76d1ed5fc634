"""The tutorials lead from an empty template to an accepted case, followed to the letter in both languages."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

DOCS = Path(__file__).resolve().parents[1] / "docs"
LANGUAGES = ("nl", "en")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(lang: str) -> list[tuple[str, str]]:
    page = DOCS / f"tutorial.{lang}.md"
    if not page.is_file():
        pytest.skip("the checkout is not there: the tutorials are not in the wheel")
    return BLOCK.findall(page.read_text("utf-8"))


def changed(folder: Path, text: str) -> None:
    """Do what a YAML block says: make a file, or put its second line in the place of its first."""
    first, _, rest = text.partition("\n")
    verb, name = first.removeprefix("# ").split()
    file = folder / name
    if verb == "file":
        file.write_text(rest, "utf-8")
        return
    before, _, after = rest.partition("\n")
    old = file.read_text("utf-8")
    assert old.count(before + "\n") == 1, before
    file.write_text(old.replace(before + "\n", after), "utf-8")


@pytest.mark.thorough
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tutorial_followed_to_the_letter_ends_with_an_accepted_case(
    run: Callable[..., Any], start: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said, codes, refusals = "", [], 0
    for kind, text in blocks(lang):
        if kind == "yaml":
            changed(tmp_path, text)
        elif kind == "console":
            said = ""
            for line in text.splitlines():
                words = shlex.split(line.removeprefix("$ "))
                assert words[0] == "werkzaam"
                if "--print" in words:  # a version is printed as bytes, by a process of its own
                    ran = start(*(word.replace("oxigraph:", f"oxigraph:{tmp_path}/") for word in words[1:]))
                else:
                    ran = run(*words[1:])
                said += ran.out + ran.err
                codes.append(ran.code)
                refusals += ran.code != 0
        else:
            assert kind == "text", kind
            for line in text.splitlines():
                assert " ".join(line.split()) in " ".join(said.split())
    assert refusals == 1, codes  # the first look finds the mistakes
    assert len(codes) >= 12
    assert not [one for one in os.listdir(tmp_path) if one.endswith(".tmp")]


def test_both_tutorials_do_the_same() -> None:
    kinds = [[kind for kind, _ in blocks(lang)] for lang in LANGUAGES]
    assert kinds[0] == kinds[1]
    commands = [
        [re.sub(r'--lang \w+|--by "[^"]*"', "", text).split()[1:3] for kind, text in blocks(lang) if kind == "console"]
        for lang in LANGUAGES
    ]
    assert commands[0] == commands[1]
