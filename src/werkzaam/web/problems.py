"""What the API says where it gives nothing else: problem details (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from werkzaam.web.worker import Reply

MEDIA = "application/problem+json"


def problem(status: int, detail: str, **headers: str) -> Reply:
    """Give a problem with what to do about it; a header is given as keyword, _ for -."""
    told = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"content-type": MEDIA, **more}, json.dumps(told, ensure_ascii=False).encode())
