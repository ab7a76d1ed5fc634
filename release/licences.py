"""Write docs/licences.md and NOTICE from the sources: our own licences, what we depend on, what of others is inside."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("dask", "fast", "parquet", "pdf")
"""The extras that a user installs; the rest is for developers."""


def needed(requirements: list[str]) -> dict[str, Distribution]:
    """Give every package that is needed, on this Python and system, by its name; raises where one is not installed."""
    found: dict[str, Distribution] = {}
    queue = [(Requirement(one), "") for one in requirements]
    for wanted, extra in queue:
        environment = {**{name: str(value) for name, value in default_environment().items()}, "extra": extra}
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if (wanted.marker and not wanted.marker.evaluate(environment)) or name in found:
            continue
        found[name] = distribution(wanted.name)
        queue += [(Requirement(one), extra) for extra in ("", *wanted.extras) for one in found[name].requires or ()]
    return dict(sorted(found.items()))


def licence(package: Distribution) -> str:
    """Give the licence that a package states: its expression, its classifiers, or the first line of its field."""
    told = package.metadata
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    classes = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    classes = [one for one in classes if one != "OSI Approved"]
    said = str(told.get("License") or "").strip()
    short = said if said and len(said) < 40 and "\n" not in said else ""
    return "; ".join(classes) or short or "see the package"


def page() -> Iterator[str]:
    """Yield the lines of docs/licences.md."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    yield "# Licences"
    yield ""
    yield "Made by `make licences` from `pyproject.toml`, what the installed packages say of themselves, `release/licences.toml` and the notices in the package; not edited by hand."  # noqa: E501
    yield ""
    yield f"werkzaam itself: `{project['license']}`. The program is under the Apache License 2.0 ([`LICENSE`](../LICENSE)); vocabulary, shapes, questions and data are under CC BY 4.0 ([`LICENSE-DATA`](../LICENSE-DATA))."  # noqa: E501
    yield ""
    yield "## Packages that it needs"
    yield ""
    yield "They are installed beside it and are not in it."
    yield ""
    yield "| package | licence |"
    yield "| --- | --- |"
    always = needed(project["dependencies"])
    for name, package in always.items():
        yield f"| {name} | {licence(package)} |"
    yield ""
    yield f"With the extras {', '.join(f'`{one}`' for one in EXTRAS)}:"
    yield ""
    yield "| package | licence |"
    yield "| --- | --- |"
    extras = needed([one for extra in EXTRAS for one in project["optional-dependencies"][extra]])
    for name in sorted(extras.keys() - always.keys()):
        yield f"| {name} | {licence(extras[name])} |"
    yield ""
    yield "## Of others, in it or named by its data"
    yield ""
    yield "| what | from | licence | where |"
    yield "| --- | --- | --- | --- |"
    for one in tomllib.loads((ROOT / "release" / "licences.toml").read_text("utf-8"))["data"]:
        yield f"| {one['name']}: {one['what']} | {one['from']} | {one['licence']} | `{one['where']}` |"
    for path, _ in notices():
        yield f"| see its notice | npm | MIT | `{path}` |"


def notices() -> Iterator[tuple[str, str]]:
    """Yield path and text of each notice of what is in the package."""
    for file in sorted((ROOT / "src").rglob("*-notice.md")):
        yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def notice() -> Iterator[str]:
    """Yield the lines of NOTICE, which goes with every copy."""
    yield "werkzaam"
    yield "The program is under the Apache License 2.0, vocabulary and data under CC BY 4.0 (see LICENSE-DATA)."
    for path, text in notices():
        yield ""
        yield f"---- {path}"
        yield ""
        yield from text.strip().splitlines()


def made() -> dict[Path, str]:
    """Give the content of each file."""
    return {
        ROOT / "docs" / "licences.md": "\n".join(page()) + "\n",
        ROOT / "NOTICE": "\n".join(notice()) + "\n",
    }


if __name__ == "__main__":
    try:
        for file, content in made().items():
            file.write_text(content, "utf-8")
    except PackageNotFoundError as missing:
        raise SystemExit(f"{missing} is not installed: make test sets up what is needed") from None
