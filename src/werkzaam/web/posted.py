"""What a browser sends with a form: fields, and files where the form takes some."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MOST_FIELDS = 6_000
"""How many fields a form of ours may have: those of sixty claims."""
_BOUNDARY = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?', re.IGNORECASE)
_NAMED = re.compile(r'\b(name|filename)="((?:[^"\\]|\\.)*)"')


class Garbled(Exception):
    """A body that is no form."""


@dataclass
class Posted:
    """The fields in their order, and the files by field: their name and content."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def field(self, name: str) -> str:
        """Give the first value of a field, or nothing."""
        return next((value.strip() for key, value in self.pairs if key == name), "")


def read(media: str, body: bytes) -> Posted:
    """Read the body of a form by its content type; raises `Garbled`."""
    kind = media.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            text = body.decode("ascii")
            return Posted(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
        if kind == "multipart/form-data":
            return _multipart(media, body)
    except (ValueError, KeyError):
        raise Garbled from None
    raise Garbled


def _multipart(media: str, body: bytes) -> Posted:
    found = _BOUNDARY.search(media)
    if found is None:
        raise Garbled
    parts = (b"\r\n" + body).split(b"\r\n--" + found[1].encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--") or len(parts) > MOST_FIELDS:
        raise Garbled
    posted = Posted()
    for part in parts[1:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        if not blank:
            raise Garbled
        disposition = next(
            (line for line in head.decode("utf-8").split("\r\n") if line.lower().startswith("content-disposition:")), ""
        )
        named = dict(_NAMED.findall(disposition))
        if "filename" in named:
            # A browser may send a whole path; only its last part says something.
            posted.files[named["name"]] = (re.split(r"[\\/]", named["filename"])[-1], content)
        else:
            posted.pairs.append((named["name"], content.decode("utf-8")))
    return posted
