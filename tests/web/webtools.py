"""A service in a process of its own, and what it answers."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from werkzaam.web.words import PAGES


@dataclass(frozen=True)
class Got:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """A service in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url.rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])

    def connect(self, seconds: float = 180) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Got:
        """Ask for a path; a header is given as keyword, _ for -."""
        connection = self.connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        got = Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return got

    def query(self, text: str, **headers: str) -> Got:
        """Ask a SPARQL query by POST."""
        return self.ask("/sparql", "POST", text.encode(), Content_Type="application/sparql-query", **headers)

    def processes(self) -> list[int]:
        """Give the process and its children."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(one) for one in task.read_text().split()]
        return found

    def children(self) -> list[int]:
        """Give the children that answer: those of the processes that hold the data."""
        return [one for one in self.processes() if parent(parent(one)) == self.process.pid]

    def cpu(self) -> float:
        """Give the processor seconds that the process and its living children have used."""
        ticks = 0
        for pid in self.processes():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except FileNotFoundError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def parent(pid: int) -> int:
    """Give the parent of a process, 0 where there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def address(pattern: str, lang: str) -> str:
    """Give an address in a language, with the names that its pages have there: ``/{lang}/{gap-map}``."""
    return pattern.format(lang=lang, **{page: names[lang] for page, names in PAGES.items()})


def plain(mark_up: str) -> str:
    """Give the text of mark-up as a person reads it."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", mark_up)).split())
    return re.sub(r" (?=[,.;:)])|(?<=\() ", "", text)


def started(command: list[str], environment: dict[str, str]) -> Service:
    """Start a service and wait until it says where it is."""
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return Service(process, found[0])
    raise AssertionError("the service did not start: " + "".join(said))


def stopped(service: Service) -> None:
    service.process.terminate()
    service.process.wait(90)  # what runs is let finish
    if service.process.stderr:
        service.process.stderr.close()


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is true, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()


def follow(page: Any, found: Any) -> None:
    """Click in a browser on what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        found.click()
