"""Names of States and organisations, as the UN Treaty Collection writes them, and their codes.

>>> code_of("Côte d'Ivoire"), code_of("Iran (Islamic Republic of)<superscript>2</superscript>")
('CI', 'IR')
>>> code_of("Atlantis") is None
True
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.convention.status.model import Name
from hanoikit.errors import DataInvalid
from hanoikit.i18n import _

REGIONS = ("Africa", "Americas", "Asia", "Europe", "Oceania")

_FOOTNOTE = re.compile(
    r"<superscript>.*?</superscript>|<sup>.*?</sup>|\[\d+(?:,\d+)*\]", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


def load(name: str) -> Any:
    """The content of ``assets/status/<name>.json``; ``DataInvalid`` when it is missing or no JSON."""
    path = resources.assets() / "status" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The data about the Convention's status cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error


@cache
def names() -> dict[str, Name]:
    """Every State and organisation that the kit knows, by code, in the order of the codes."""
    return {
        entry["code"]: Name(
            code=entry["code"],
            name=entry["name"],
            region=entry["region"],
            kind=entry["kind"],
            aliases=tuple(entry.get("aliases", ())),
        )
        for entry in load("states")
    }


def plain(text: str) -> str:
    """The text without footnote numbers and tags, with single spaces."""
    return _SPACE.sub(" ", _TAG.sub("", _FOOTNOTE.sub("", text))).strip()


def _key(text: str) -> str:
    """For comparing names: no accents, no signs, no case."""
    folded = unicodedata.normalize("NFKD", plain(text).casefold().replace("ı", "i"))
    return re.sub(r"[^a-z]+", " ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


@cache
def _index() -> dict[str, str]:
    return {_key(written): one.code for one in names().values() for written in (one.name, *one.aliases)}


def code_of(name: str) -> str | None:
    """The code of a State or organisation by its name; ``None`` for a name that the kit does not know."""
    return _index().get(_key(name))
