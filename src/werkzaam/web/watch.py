"""What the service tells of itself: a line a request, numbers for Prometheus, and whether it is well.

A line names the kind of request and never what was asked: queries, parameters and unknown paths may hold what is
personal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from werkzaam.terms import LANGUAGES
from werkzaam.web.words import page_of
from werkzaam.web.worker import Reply

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_OWN = frozenset(("api", "sparql", "metrics", "health", "static"))
_PUBLISHED = frozenset(("id", "concept", "graph", "ontology"))


def kind_of(path: str) -> str:
    """Give what kind of thing an address asks for.

    >>> kind_of("/nl/wat-werkt.csv"), kind_of("/concept/trait/older"), kind_of("/jan.jansen@example.org")
    ('what-works', 'concept', 'other')
    """
    head, _, rest = path.lstrip("/").partition("/")
    if head in LANGUAGES:
        plain, _, more = rest.partition("/")
        return page_of(head, plain.partition(".")[0]) or (_published(plain) if more or plain else "start")
    return head if head in _OWN else _published(head) if head else "start"


def _published(head: str) -> str:
    plain = head.partition(".")[0]
    return plain if plain in _PUBLISHED else "other"


class Watch:
    """The numbers of one service; `log` takes a line for each request."""

    def __init__(self, log: Callable[[str], None] | None = None) -> None:
        self._registry = CollectorRegistry()
        self._log = log
        self._requests = Counter("werkzaam_requests", "Requests answered.", ("kind", "status"), registry=self._registry)
        self._seconds = Histogram(
            "werkzaam_request_seconds", "Time to answer.", ("kind",), buckets=_SECONDS, registry=self._registry
        )
        self._bytes = Counter("werkzaam_sent_bytes", "Bytes of bodies sent.", ("kind",), registry=self._registry)

    def gauge(self, name: str, says: str, read: Mapping[str, Callable[[], float]]) -> None:
        """Show numbers that are read when they are asked for, by pool."""
        made = Gauge(f"werkzaam_{name}", says, ("pool",), registry=self._registry)
        for pool, function in read.items():
            made.labels(pool).set_function(function)

    def answered(self, method: str, path: str, status: int, seconds: float, sent: int) -> None:
        """Count a request that was answered, and log it."""
        kind = kind_of(path)
        self._requests.labels(kind, str(status)).inc()
        self._seconds.labels(kind).observe(seconds)
        self._bytes.labels(kind).inc(sent)
        if self._log is not None:
            now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
            said = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "OTHER"
            self._log(f"{now} {said} {kind} {status} {seconds * 1000:.1f}ms {sent}B")

    def numbers(self) -> Reply:
        """Give the numbers in the text form of Prometheus."""
        return Reply(
            200, {"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"}, generate_latest(self._registry)
        )


def to_stderr(line: str) -> None:
    """Write a line of the log."""
    print(line, file=sys.stderr, flush=True)
