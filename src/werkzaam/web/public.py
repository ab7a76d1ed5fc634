"""The address under which people know the service, where a reverse proxy stands before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzaam.errors import UsageError
from werkzaam.web.worker import Reply

_LINK = re.compile(rb'\b(href|src|action)="/(?!/)')


@dataclass(frozen=True)
class Public:
    """Scheme and host, and the path below which everything lies; both "" where nobody stands between."""

    origin: str = ""
    root: str = ""

    @classmethod
    def of(cls, url: str) -> Public:
        """Read an address; raises `UsageError` where it is none of http or https.

        >>> Public.of("https://data.example.org/werkzaam/")
        Public(origin='https://data.example.org', root='/werkzaam')
        """
        try:
            parts = urlsplit(url)
            whole = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
            if not whole or parts.username or parts.port == 0:
                raise ValueError
        except ValueError:
            raise UsageError("serve-public-url", value=url) from None
        root = parts.path.rstrip("/")
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", root):
            raise UsageError("serve-public-url", value=url)
        return cls(f"{parts.scheme}://{parts.netloc}", root)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The name of the host, if there is one."""
        return (urlsplit(self.origin).hostname or "",) if self.origin else ()

    def within(self, path: str) -> str:
        """Give a path as the service knows it, whether the proxy took the root away or not.

        >>> Public("", "/werkzaam").within("/werkzaam/nl/"), Public("", "/werkzaam").within("/nl/")
        ('/nl/', '/nl/')
        """
        if self.root and (path == self.root or path.startswith(self.root + "/")):
            return path.removeprefix(self.root) or "/"
        return path


def rooted(reply: Reply, root: str) -> Reply:
    """Give a reply with `root` before each address of ours in the links of a page."""
    if root and reply.headers.get("content-type", "").startswith("text/html"):
        body = _LINK.sub(rb'\1="' + root.encode() + b"/", reply.body)
        return Reply(reply.status, reply.headers, body)
    return reply
