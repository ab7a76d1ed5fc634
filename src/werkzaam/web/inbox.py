"""The inbox of a store: documents that people sent through a page and that wait for a reviewer.

It is a folder beside that of the store, with a folder for each document: what was sent, what is to be told of it, and
in a file of its own who sent it, which is deleted as soon as it is no longer needed.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from werkzaam.build import on_disk
from werkzaam.entry import enter
from werkzaam.records import Submitter, moment, until

MOST = 500
"""How many documents may lie in an inbox."""
WAITING, ACCEPTED, RETURNED = "waiting", "accepted", "returned"
_NUMBER = re.compile(r"[0-9a-f]{16}")


class Full(Exception):
    """As many documents lie in the inbox as may."""


class Inbox:
    """The inbox of one store."""

    def __init__(self, store: str) -> None:
        self._store = store
        where = on_disk(store).path
        self._folder = where.with_name(where.name + "-inbox")

    def keep(self, file: str, content: bytes, told: Mapping[str, Any], sender: Mapping[str, str]) -> dict[str, Any]:
        """Put a document in; give what its sender needs to ask after it. Raises `Full` and `OSError`."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if sum(1 for _ in self._folder.iterdir()) >= MOST:
            raise Full
        number, at = secrets.token_hex(8), moment()
        about = {
            "number": number,
            "at": at,
            "file": file,
            "sha256": hashlib.sha256(content).hexdigest(),
            "state": WAITING,
            "remarks": "",
            **told,
        }
        made = self._folder / f"{number}.part"
        made.mkdir(mode=0o700)
        (made / "document").write_bytes(content)
        _write(made / "about.json", about)
        _write(made / "sender.json", {**sender, "until": until(at)})
        made.rename(self._folder / number)
        return about

    def listed(self) -> list[dict[str, Any]]:
        """Give what is told of each document, those that wait first; forget senders whose time is over."""
        found = []
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else []:
            if not _NUMBER.fullmatch(folder.name):
                continue
            sender = folder / "sender.json"
            if sender.is_file() and _read(sender)["until"] < today:
                sender.unlink()
            found.append(_read(folder / "about.json"))
        return sorted(found, key=lambda one: (one["state"] != WAITING, one["at"]))

    def about(self, number: str) -> dict[str, Any] | None:
        """Give what may be told of a document to who has its number."""
        folder = self._of(number)
        return _read(folder / "about.json") if folder else None

    def whole(self, number: str) -> dict[str, Any] | None:
        """Give a document with everything that a reviewer may see."""
        folder = self._of(number)
        if folder is None:
            return None
        sender = folder / "sender.json"
        content = base64.b64encode((folder / "document").read_bytes()).decode()
        return {**_read(folder / "about.json"), "content": content, "sender": _read(sender) if sender.is_file() else {}}

    def decide(self, number: str, *, accept: bool, remarks: str) -> tuple[dict[str, Any] | None, str]:
        """Accept a document into the store, or return it with remarks; give it, and the state of the store after it.

        A document that the store refuses goes on waiting, with `findings`. What was decided is not decided again.
        """
        folder = self._of(number)
        if folder is None:
            return None, ""
        about = _read(folder / "about.json")
        if about["state"] != WAITING:
            return about, ""
        generation = ""
        if accept:
            kept = folder / "sender.json"
            sender = _read(kept) if kept.is_file() else {}
            submitter = Submitter(**{name: sender.get(name, "") for name in ("by", "email", "note")})
            content = (folder / "document").read_bytes()
            name = f"case{Path(about['file']).suffix}"
            entry = enter([(name, content)], self._store, submitter=submitter, alone=True)
            if entry.refused:
                return {**about, "findings": [one.as_dict() for one in entry.findings]}, ""
            generation = on_disk(self._store).current().name
            kept.unlink(missing_ok=True)  # from here the records of the store keep it, as long as they may
        about |= {"state": ACCEPTED if accept else RETURNED, "remarks": remarks, "decided": moment()}
        _write(folder / "about.json", about)
        return about, generation

    def remove(self, number: str) -> None:
        """Take a document out of the inbox."""
        folder = self._of(number)
        if folder is not None:
            shutil.rmtree(folder)

    def _of(self, number: str) -> Path | None:
        folder = self._folder / number
        return folder if _NUMBER.fullmatch(number) and folder.is_dir() else None


def act(store: str, job: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Do what a page asks of the inbox; give what came of it, and the state of the store where that changed."""
    inbox, asked = Inbox(store), job["inbox"]
    if asked == "keep":
        try:
            content = base64.b64decode(job["content"])
            return {"kept": inbox.keep(job["file"], content, job["told"], job["sender"])}, ""
        except Full:
            return {"full": True}, ""
    if asked == "list":
        return {"listed": inbox.listed()}, ""
    if asked == "ask":
        return {"about": inbox.about(job["number"])}, ""
    if asked == "read":
        return {"whole": inbox.whole(job["number"])}, ""
    decided, generation = inbox.decide(job["number"], accept=asked == "accept", remarks=job["remarks"])
    return {"decided": decided}, generation


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def _write(file: Path, data: Mapping[str, Any]) -> None:
    made = file.with_suffix(".part")
    made.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    made.replace(file)
