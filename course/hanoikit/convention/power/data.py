"""The room's data files, read once.

>>> load("offences")[0]["id"]
'hospital'

``assets/powers/`` holds tables: the rungs of the ladder, where each power reaches, the invented States' laws and
calendars, the offences of the case, the chain of providers. Nothing here knows a rule.
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
    """The content of ``assets/powers/<name>.json``; ``DataInvalid`` when it is missing or no JSON."""
    path = resources.assets() / "powers" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The data about investigative powers cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error
