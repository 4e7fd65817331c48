"""The scenes of Operation Lantern as data: what was done, where, by whom, to whom.

>>> scene("night-entry").title
'The sign-in at night'
>>> scene("night-entry").conduct.value("measure-broken") is None
True

The scenes lie in ``assets/casework/m02-scenes.json``. What a scene does not name is open, except acts: nobody did
anything else than what the scene tells.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.convention.offence import Conduct, Happening, Refusal
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: its text for the trainee, the conduct, and what article 22 looks at."""

    id: str
    title: str
    text: str
    conduct: Conduct
    happening: Happening


@cache
def scenes() -> tuple[Scene, ...]:
    """All scenes in the order of the story; ``DataInvalid`` when the file cannot be read."""
    path = resources.assets() / "casework" / "m02-scenes.json"
    try:
        return tuple(_scene(entry) for entry in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
        raise DataInvalid(_("The scenes of the case cannot be read."), where=str(path)) from error


def scene(name: str) -> Scene:
    """The scene with this id; ``UsageError`` when there is none."""
    for found in scenes():
        if found.id == name:
            return found
    raise UsageError(
        _("There is no scene “{name}”.").format(name=name),
        next_step=_("The scenes are: {names}.").format(names=", ".join(one.id for one in scenes())),
    )


def _scene(entry: dict[str, Any]) -> Scene:
    where = dict(entry["happening"])
    refusals = tuple(Refusal(**one) for one in where.pop("refusals", ()))
    return Scene(
        id=entry["id"],
        title=entry["title"],
        text=entry["text"],
        conduct=Conduct(entry["facts"], role=entry["role"], title=entry["title"]).and_nothing_else(),
        happening=Happening(refusals=refusals, **{name: frozenset(codes) for name, codes in where.items()}),
    )
