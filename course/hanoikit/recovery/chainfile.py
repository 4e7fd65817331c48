"""Keeps transactions in a file, each with the time of its block, and reads them again.

>>> entries = read_chain(path)                           # doctest: +SKIP
>>> entries[0].at, entries[0].tx.txid                    # doctest: +SKIP

The compact form is for the course's own data: a line that names the form, then for each transaction four bytes of
seconds since 1970 (big-endian) and the raw transaction, which knows its own length. The text form is for people and
programs: one line for each transaction, time and hexadecimal digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hanoikit.errors import ArtefactUnreadable
from hanoikit.i18n import _
from hanoikit.recovery.wire import Transaction, parse, parse_at

HEADER = b"hanoikit chain 1\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction and the time (UTC) of the block that took it in."""

    at: datetime
    tx: Transaction


def write_chain(entries: Iterable[Entry]) -> bytes:
    """The compact form."""
    return HEADER + b"".join(int(e.at.timestamp()).to_bytes(4, "big") + e.tx.raw for e in entries)


def read_chain(path: Path) -> tuple[Entry, ...]:
    """The transactions of a file in the compact form. Raises ArtefactUnreadable."""
    data = path.read_bytes()
    if not data.startswith(HEADER):
        raise ArtefactUnreadable(
            _("This is no file of transactions."),
            where=path.name,
            next_step=_("Take the file from the course again."),
        )
    at, entries = len(HEADER), []
    while at < len(data):
        seconds = int.from_bytes(data[at : at + 4], "big")
        tx, at = parse_at(data, at + 4)
        entries.append(Entry(datetime.fromtimestamp(seconds, UTC), tx))
    return tuple(entries)


def write_lines(entries: Iterable[Entry]) -> str:
    """The text form: ``2026-05-12T08:14:00Z 0200000000...``."""
    return "".join(f"{e.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {e.tx.raw.hex()}\n" for e in entries)


def read_lines(text: str) -> tuple[Entry, ...]:
    """The transactions of the text form. Raises ArtefactUnreadable with the number of the line."""
    entries = []
    for n, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            moment, digits = line.split()
            at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            raw = bytes.fromhex(digits)
        except ValueError:
            raise ArtefactUnreadable(
                _("The line is not a time and hexadecimal digits."),
                where=_("line {n}").format(n=n),
                next_step=_("Take the file from the course again."),
            ) from None
        entries.append(Entry(at, parse(raw)))
    return tuple(entries)
