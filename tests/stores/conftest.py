"""Servers of several makes, each started once where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from werkzaam.bench_servers import PASSWORD, SERVERS, USER, program, told_version


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Give the address of a new server of a kind, with the user who may write there; a skip where there is none."""
    made: dict[str, str] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WERKZAAM_STORE_USER", USER)
        patch.setenv("WERKZAAM_STORE_PASSWORD", PASSWORD)

        def start(kind: str) -> str:
            name, serve = SERVERS[kind]
            if program(name) is None:
                pytest.skip(f"no {kind} server on this machine")
            if kind not in made:
                made[kind] = stack.enter_context(serve(str(tmp_path_factory.mktemp(kind))))
                print(f"{kind} {told_version(name)}")
            return made[kind]

        yield start


def pytest_report_header() -> str:
    """Say which servers the contract is held against."""
    return "stores: " + ", ".join(f"{kind} {told_version(name) or 'absent'}" for kind, (name, _) in SERVERS.items())
