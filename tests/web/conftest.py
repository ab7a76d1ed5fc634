"""What the tests of the web service share: a real service in a process of its own, and a site in this one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from webtools import Service, started, stopped

import werkzaam
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

HERE = Path(__file__).parent
DATA = HERE.parent / "data"


@pytest.fixture(scope="session")
def serving(environment: dict[str, str], apart: None) -> Iterator[Callable[..., Service]]:
    """Give a way to start a service with options of the command and variables; all are stopped at the end."""
    running: list[Service] = []
    environment = {**environment, "WERKZAAM_CACHE": os.environ["WERKZAAM_CACHE"], "WERKZAAM_LANG": "en"}

    def start(*options: str, script: str | None = None, **more: str) -> Service:
        command = ["-m", "werkzaam", "serve", "--no-log", "--port", "0"] if script is None else [str(HERE / script)]
        running.append(started([sys.executable, "-P", *command, *options], {**environment, **more}))
        return running[-1]

    yield start
    for one in running:
        stopped(one)


@pytest.fixture(scope="session")
def service(serving: Callable[..., Service]) -> Service:
    """Give the service as it starts by itself."""
    return serving()


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory, start: Callable[..., Any]) -> Path:
    """Give the folder of a store that holds the ontology and one document, to be copied."""
    made = tmp_path_factory.mktemp("web") / "store"
    for command in (("build", "--what", "ontology"), ("add", DATA / "buurttafel.yaml")):
        ran = start(*command, "--store", f"oxigraph:{made}")
        assert ran.code == 0, ran.err
    return made


@pytest.fixture(scope="session")
def site(apart: None) -> Site:
    """Give the pages, in this process."""
    return Site(werkzaam.open(lang="en"))


@pytest.fixture(scope="session")
def page(site: Site) -> Callable[..., Reply]:
    """Give the reply for an address, made in this process."""

    def page(address: str, accept: str = "text/html", languages: str = "nl") -> Reply:
        path, _, query = address.partition("#")[0].partition("?")
        job = {"path": path, "query": query, "accept": accept, "languages": languages, "gzip": False}
        return site.respond(job)

    return page


# ---- a browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give one browser for all tests that need one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if found is None:
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as play:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        made = play.chromium.launch(executable_path=found, args=options)
        yield made
        made.close()


@pytest.fixture
def visit(browser: Any, service: Service) -> Iterator[Callable[..., Any]]:
    """Give a page at an address; nothing on it may ask another machine, or be refused by our own policy."""
    contexts: list[Any] = []
    requests: list[str] = []
    complaints: list[str] = []

    def visit(address: str, width: int = 1280, of: Service = service, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url.removeprefix(of.url)))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(of.url + address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert requests
    assert [url for url in requests if not url.startswith(("/", "data:"))] == []
    assert [text for text in complaints if "status of 4" not in text] == []
