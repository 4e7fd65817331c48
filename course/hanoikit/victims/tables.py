"""The room's tables, read once: settings of the hash list with their sources, acts, rules and routes.

>>> setting("threshold")
31
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.errors import DataInvalid
from hanoikit.i18n import _


@cache
def load(name: str) -> Any:
    """The content of ``assets/victims/<name>.json``; ``DataInvalid`` when it is missing or no JSON."""
    path = resources.assets() / "victims" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The data about victims and images cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error


def setting(name: str) -> int:
    """A figure of the hash list: ``threshold`` in bits, ``least_quality`` from 0 to 100."""
    return int(load("hash-list")[name]["value"])


def setting_source(name: str) -> str:
    """Where the figure comes from, and whether it is sourced, derived or assumed."""
    found = load("hash-list")[name]
    return f"{_(found['source'])} ({_(found['standing'])})"


@cache
def acts() -> dict[str, str]:
    """Everything that somebody in a case can do: id to words."""
    return dict(load("rules")["acts"])
