"""Reads and writes a case: the transactions in one file, everything else beside it as JSON.

>>> case = shipped()                     # Operation Lantern's money, as the course ships it
>>> case.name
'lantern-full'

``assets/recovery/build.py`` makes the shipped case again from its seed and says whether it would change.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.errors import DataInvalid
from hanoikit.i18n import _
from hanoikit.recovery.chainfile import read_chain, write_chain
from hanoikit.recovery.holders import Holder, Kind, Knowledge, Price
from hanoikit.recovery.records import Account, Case, Line, Source

CHAIN, BOOKS = "transactions.bin", "case.json"
SHIPPED = "lantern"


def folder(name: str = SHIPPED) -> Path:
    """Where a shipped case lies."""
    return resources.assets() / "recovery" / name


@cache
def shipped() -> Case:
    """The case that the course ships: about 2,000 transactions and outputs."""
    return read_case(folder())


def contents(case: Case) -> dict[str, bytes]:
    """The files of a case by their names. The same case gives the same bytes."""
    data: dict[str, Any] = {
        "name": case.name,
        "seed": case.seed,
        "people": [asdict(person) for person in case.people],
        "accounts": [asdict(account) for account in case.accounts],
        "sources": [asdict(source) for source in case.sources],
        "lines": [list(asdict(line).values()) for line in case.lines],
        "owners": {},
    }
    for address, owner in case.owners.items():
        data["owners"].setdefault(owner, []).append(address)
    text = ",\n".join(f' "{name}": {_spread(value)}' for name, value in data.items())
    return {CHAIN: write_chain(case.entries), BOOKS: f"{{\n{text}\n}}\n".encode()}


def _spread(value: Any) -> str:
    """JSON with one item on a line: small, and readable in a comparison."""
    if isinstance(value, list):
        items = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value)
        return f"[\n{items}\n ]"
    if isinstance(value, dict):
        items = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
        return f"{{\n{items}\n }}"
    return json.dumps(value, ensure_ascii=False)


def write_case(case: Case, target: Path) -> None:
    """Put the files of the case into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name, data in contents(case).items():
        (target / name).write_bytes(data)


def read_case(source: Path) -> Case:
    """The case in a folder. Raises DataInvalid or ArtefactUnreadable."""
    try:
        data = json.loads((source / BOOKS).read_text(encoding="utf-8"))
        return Case(
            name=data["name"],
            seed=data["seed"],
            entries=read_chain(source / CHAIN),
            owners={address: owner for owner, found in data["owners"].items() for address in found},
            people=tuple(map(_person, data["people"])),
            accounts=tuple(Account(**account) for account in data["accounts"]),
            lines=tuple(Line(*line) for line in data["lines"]),
            sources=tuple(Source(**one) for one in data["sources"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataInvalid(
            _("The case cannot be read: {error}.").format(error=error),
            where=source.name,
            next_step=_("Take the files from the course again."),
        ) from error


def _person(data: dict[str, Any]) -> Holder:
    return Holder(
        data["id"],
        data["name"],
        Kind(data["kind"]),
        data["state"],
        Knowledge(data["knowledge"]),
        Price(data["price"]),
        data["facts"],
    )
