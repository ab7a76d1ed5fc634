"""The description of what programs can ask of the service (OpenAPI 3.1), as `openapi.yaml` has it."""

from __future__ import annotations

import copy
import pkgutil
from functools import cache
from typing import Any

import yaml


@cache
def _kept() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(pkgutil.get_data("werkzaam.web", "openapi.yaml") or b"")
    return made


def described(server: str, version: str) -> dict[str, Any]:
    """Give the description for the address at which the service is known."""
    told = copy.deepcopy(_kept())
    told["servers"] = [{"url": server}]
    told["info"]["version"] = version
    return told
