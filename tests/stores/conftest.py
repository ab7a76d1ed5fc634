"""Servers of several makes, each started once where it is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from werkzaam import entry, renewal, sandbox, upkeep, validation
from werkzaam.bench_servers import PASSWORD, SERVERS, USER, program, told_version
from werkzaam.build import write_store
from werkzaam.model import Model


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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    """Read documents in this process and without the shapes, which know nothing of stores."""

    def here(function: Callable[..., Any], *given: Any, seconds: float = 0) -> Any:
        return json.loads(json.dumps(function(*given)))

    for module in (renewal, upkeep):
        monkeypatch.setattr(module, "call", here)
    monkeypatch.setattr(validation, "call_each", lambda work, items, seconds: [here(work, *one) for one in items])
    monkeypatch.setattr(entry, "check", lambda loaded, *more: loaded.findings)
    for other in (validation, upkeep):
        monkeypatch.setattr(other, "Model", lambda: model)


def pytest_report_header() -> str:
    """Say which servers the contract is held against."""
    return "stores: " + ", ".join(f"{kind} {told_version(name) or 'absent'}" for kind, (name, _) in SERVERS.items())


@pytest.fixture(scope="module")
def put() -> Callable[[str, bytes], None]:
    """Give what puts quads in a store, in a child: a store's threads of this process would be missing in others."""
    return lambda where, content: sandbox.call(write_store, where, content)
