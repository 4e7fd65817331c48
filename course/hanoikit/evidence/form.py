"""The custody form on paper: a custody log as a tagged PDF that can be signed by hand.

>>> form = custody_form(log, Path("EX-1-custody.pdf"), item="image-1")
>>> form.pages, form.standard
(2, 'PDF/UA-1')

The form shows what the log says; it does not vouch for it. It prints the number and the SHA-256 of the last
entry, so that a signed copy on paper is a receipt: a log that is later cut short or rewritten no longer fits
it. The same log gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from hanoikit.errors import UsageError
from hanoikit.evidence.atomic import refusing, temporary
from hanoikit.evidence.custody import CustodyEntry, CustodyLog
from hanoikit.evidence.typesetting import soft, typeset
from hanoikit.i18n import _, direction
from hanoikit.trust.certificates import Person, person

Paper = Literal["a4", "us-letter"]
_TEMPLATE = Path(__file__).with_name("form.typ")
#: Characters of a note over which a row of the table may break across pages.
_LONG = 600


@dataclass(frozen=True, slots=True)
class Form:
    """A printed form: ``fonts`` is ``"bundled"`` (same bytes on every machine) or ``"system"`` (the
    machine's fonts too).
    """

    path: Path
    pages: int
    standard: str
    fonts: Literal["bundled", "system"]


def custody_form(
    log: CustodyLog,
    path: Path,
    *,
    item: str | None = None,
    names: Mapping[str, str] | None = None,
    exhibits: Mapping[str, str] | None = None,
    info: Mapping[str, str] | None = None,
    paper: Paper = "a4",
    as_of: datetime | None = None,
    blank_rows: int = 4,
    language: str = "en",
) -> Form:
    """Write the form of the log, or of one of its items, as PDF/UA-1 at ``path`` (replacing a file of that
    name).

    ``names`` say what an item is and ``exhibits`` give its exhibit number, both by the item's name in the
    log; ``info`` are further lines of the head (``{"Request": "XB-77/2026"}``). ``as_of`` is the date in the
    PDF (the last entry's time if left out). Scripts that typst's own fonts lack (CJK, Thai ...) are set with
    fonts of the machine. Raises :class:`EvidenceError` when no font has a character or the place cannot be
    written, :class:`UsageError` for an item that the log does not have.
    """
    entries = [entry for entry in log.entries if item is None or entry.item == item]
    if not entries:
        raise UsageError(
            _("The log has no entry for {item}.").format(item=item) if item else _("The log has no entries."),
            next_step=_("Check the name of the item."),
        )
    if paper not in ("a4", "us-letter"):
        raise UsageError(
            _("{paper!r} is not a paper size here.").format(paper=paper), next_step="a4, us-letter"
        )
    moment = (as_of or max(entry.at for entry in log.entries)).astimezone(UTC)
    data = {
        **_content(log, entries, item, names or {}, exhibits or {}, info or {}),
        "paper": paper,
        "date": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "blank-rows": blank_rows,
        "lang": language.split("_")[0],
        "rtl": direction() == "rtl",
        "labels": _labels(),
    }
    pdf, fonts = typeset(_TEMPLATE, soft(data), moment)
    path = Path(path)
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path) as draft:
            draft.write_bytes(pdf)
            draft.replace(path)
    return Form(path, _pages(path), "PDF/UA-1", fonts)


def _content(
    log: CustodyLog,
    entries: list[CustodyEntry],
    item: str | None,
    names: Mapping[str, str],
    exhibits: Mapping[str, str],
    info: Mapping[str, str],
) -> dict[str, Any]:
    people = {print_: person(found) for print_, found in log.certificates().items()}
    head = log.head
    rows = [
        [_("Case"), log.case, ""],
        *([label, value, ""] for label, value in info.items()),
        [_("Entries"), _("{shown} of {all} in the log").format(shown=len(entries), all=len(log)), ""],
        [_("Last entry"), _("No. {number}; SHA-256 of its line:").format(number=head.index), head.hash],
    ]
    items: dict[str, dict[str, Any]] = {}
    for entry in entries:
        shown = items.setdefault(
            entry.item,
            {
                "exhibit": exhibits.get(entry.item, entry.item),
                "name": names.get(entry.item, entry.item),
                "source": "",
                "digests": {},
            },
        )
        shown["source"] = shown["source"] or exhibits.get(entry.source, entry.source)
        # The first digest is what the item was taken in with; a later, other one is in its entry's finding.
        for algorithm, digest in entry.digests.items():
            shown["digests"].setdefault(algorithm.upper(), digest)
    explanation = _(
        "Times are as written, with the offset from UTC, and in UTC. A certificate is shown by the first 16 "
        "characters of its SHA-256. The signatures are in the log file; this paper repeats what they cover."
    )
    return {
        "title": _("Chain of custody"),
        "subtitle": names.get(item, "") if item else "",
        "case": log.case,
        "head": head.hash,
        "head-rows": rows,
        "items": [
            {**shown, "digests": [list(pair) for pair in shown["digests"].items()]}
            for shown in items.values()
        ],
        "entries": [_row(entry, people, exhibits) for entry in entries],
        "explanation": explanation,
    }


def _row(entry: CustodyEntry, people: Mapping[str, Person], exhibits: Mapping[str, str]) -> dict[str, Any]:
    who = people.get(entry.actor)
    other = people.get(entry.counterpart)
    return {
        "number": str(entry.index),
        "local": entry.at.strftime("%Y-%m-%d %H:%M:%S"),
        "offset": f"{entry.at:%z}"[:3] + ":" + f"{entry.at:%z}"[3:5],
        "utc": entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "action": entry.action,
        "item": exhibits.get(entry.item, entry.item),
        "late": entry.entered_late,
        "name": who.name if who else _("unknown"),
        "role": entry.role,
        "organisation": f"{who.organisation}, {who.state}" if who else "",
        "certificate": entry.actor[:16],
        "place": entry.place,
        "counterpart": (other.name if other else entry.counterpart[:16]),
        "note": entry.note,
        "long": len(entry.note) + len(entry.place) > _LONG,
    }


def _labels() -> dict[str, str]:
    return {
        "description": _("Custody form printed from a signed custody log"),
        "case": _("Case"),
        "head": _("Last entry"),
        "page": _("Page"),
        "items": _("Items"),
        "exhibit": _("Exhibit"),
        "what-it-is": _("What it is"),
        "hashes": _("Hash when it came into custody"),
        "no-hash": _("no hash: not data"),
        "made-from": _("made from"),
        "entries": _("Who had it"),
        "number": _("No."),
        "when": _("When"),
        "what": _("What"),
        "who": _("Who"),
        "where": _("Where, note"),
        "late": _("entered late"),
        "certificate": _("certificate"),
        "counterpart": _("other person:"),
        "paper": _("Further handovers, by hand"),
        "paper-hint": _("Enter them in the log as well, as soon as that is possible."),
        "gives": _("Gives"),
        "takes": _("Takes"),
        "time-zone": _("Date, time, zone"),
        "reason": _("Place and reason"),
        "name-signature": _("Name, signature"),
        "time-hint": _("Offset from UTC:"),
    }


def _pages(path: Path) -> int:
    from pypdf import PdfReader

    return len(PdfReader(path).pages)
