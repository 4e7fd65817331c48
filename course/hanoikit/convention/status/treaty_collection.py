"""The status file of the UN Treaty Collection (chapter XVIII-16, XML), turned into the kit's status table.

>>> read(Path("XVIII-16.en.xml"), as_of=date(2026, 11, 21)).table.counts(date(2026, 11, 21))   # doctest: +SKIP

The file holds, under ``Document/Treaty``: a ``Header`` with the chapter and, in ``ExternalData``, the number, the
title, the sentence on entry into force and the depositary's own counts; and ``Participants`` with one table. Its
heading row names the columns. Each further row is a participant with a date of signature and a date of the instrument,
followed by a letter: none for ratification, ``A`` acceptance, ``AA`` approval, ``a`` accession, as the heading
announces. Names may carry footnotes. A date in square brackets was withdrawn.

Everything that is wrong is reported at once. Nothing is guessed: an unknown name or a date that cannot be read refuses
the whole file, because a table that misses one State is worse than an old one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

from hanoikit.convention.status import naming, safe_xml, table
from hanoikit.convention.status.entry import deposits_of, entry_into_force
from hanoikit.convention.status.model import (
    Instrument,
    InstrumentKind,
    KnownTo,
    Origin,
    Participant,
    Source,
    StatusTable,
    When,
)
from hanoikit.errors import Finding, StatusFileRefused
from hanoikit.i18n import _

CHAPTER, NUMBER, TITLE = "XVIII", "16", "convention against cybercrime"
ADDRESS = "https://treaties.un.org/doc/Publication/MTDSG/Volume%20II/Chapter%20XVIII/XVIII-16.en.xml"

_LETTERED = re.compile(r"([A-Za-z ]+?)\s*\(\s*(\w{1,2})\s*\)")
_DATE = re.compile(r"(\[?)\s*(\d{1,2})\s+([A-Za-z]{3})[a-z]*\.?\s+(\d{4})\s*([A-Za-z]{1,2})?\s*(\]?)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KINDS: dict[str, InstrumentKind] = {
    "ratification": "ratification",
    "acceptance": "acceptance",
    "approval": "approval",
    "accession": "accession",
    "formal confirmation": "formal confirmation",
    "act of formal confirmation": "formal confirmation",
}


@dataclass(frozen=True, slots=True)
class StatusFile:
    """What a file says: the table, and what a person should look at although the file was accepted."""

    table: StatusTable
    findings: tuple[Finding, ...]


def read(path: Path, *, as_of: date) -> StatusFile:
    """The table in the file. ``as_of`` is the day on which it was downloaded; the file itself does not say it.

    Raises ``StatusFileRefused`` with every finding where the file is no status file of this Convention.
    """
    try:
        with path.open("rb") as file:
            data = file.read(safe_xml.MAX_BYTES + 1)
    except OSError as error:
        raise StatusFileRefused(
            _("The file cannot be opened: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Check the name and the folder of the file."),
        ) from error
    return parse(data, as_of=as_of, name=path.name, where=str(path))


def parse(data: bytes, *, as_of: date, name: str = "", where: str = "") -> StatusFile:
    """The same as :func:`read`, for the bytes of a file."""
    root = safe_xml.parse(data, where=where)
    findings: list[Finding] = list(_wrong_treaty(root))
    columns, letters, rows = _table(root, findings)
    participants = list(_participants(rows, columns, letters, as_of, findings)) if columns else []
    if not any(one.severity == "error" for one in findings) and not participants:
        findings.append(Finding("no-participants", _("The table has no participant."), where=_("table")))
    errors = [one for one in findings if one.severity == "error"]
    if errors:
        raise StatusFileRefused(
            _("This is no usable status file of the Convention."),
            where=where or None,
            next_step=_(
                "Download the XML of chapter XVIII-16 from the UN Treaty Collection again, and do not change it. "
                "Nothing was replaced."
            ),
            findings=errors,
        )
    made = _status_table(participants, as_of, name, hashlib.sha256(data).hexdigest())
    findings += [*_count_findings(root, made, as_of), *_in_force_findings(root, made)]
    return StatusFile(made, tuple(findings))


def _text(element: Element | None) -> str:
    """All text of an element without footnotes. A footnote is an element, or the same as escaped text."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        if child.tag.lower() not in ("superscript", "sup"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return naming.plain("".join(parts))


def _first(root: Element, *tags: str) -> Element | None:
    """The first element below ``root`` on this way of tags, each anywhere below the one before; case is ignored."""
    found: Element | None = root
    for tag in tags:
        if found is None:
            return None
        found = next((one for one in found.iter() if one.tag.lower() == tag.lower()), None)
    return found


def _wrong_treaty(root: Element) -> Iterator[Finding]:
    chapter = _text(_first(root, "Chapter", "Header")).upper()
    number = _text(_first(root, "Numsect")).strip(".")
    title = _text(_first(root, "Titlesect")).casefold()
    if not (chapter or number or title):
        yield Finding("no-header", _("It has no heading with chapter, number and title."), where=_("heading"))
        return
    if chapter.split()[-1:] != [CHAPTER]:
        yield Finding(
            "wrong-chapter",
            _("It is of {found}, not of chapter XVIII.").format(found=chapter.title() or _("no chapter")),
            where=_("heading"),
        )
    if number != NUMBER:
        yield Finding(
            "wrong-number", _("It is treaty {found}, not 16.").format(found=number or "?"), where=_("heading")
        )
    if TITLE not in title:
        yield Finding(
            "wrong-title",
            _("It is about another treaty: {title}.").format(title=title[:120] or _("no title")),
            where=_("heading"),
        )


def _table(
    root: Element, findings: list[Finding]
) -> tuple[dict[str, int], dict[str, InstrumentKind], list[list[str]]]:
    """Where each column stands, what each letter means, and the rows as texts."""
    holder = _first(root, "Participants")
    head = _first(holder, "Thead", "Row") if holder is not None else None
    if holder is None or head is None:
        findings.append(Finding("no-table", _("It has no table of participants."), where=_("table")))
        return {}, {}, []
    titles = [_text(entry) for entry in head if entry.tag.lower() == "entry"]
    columns: dict[str, int] = {}
    for index, title in enumerate(titles):
        folded = title.casefold()
        if folded.startswith("participant"):
            columns.setdefault("participant", index)
        elif "ratification" in folded or "accession" in folded:
            columns.setdefault("instrument", index)
        elif folded.startswith("signature"):
            columns.setdefault("signature", index)
    for wanted, shown in (
        ("participant", "Participant"),
        ("signature", "Signature"),
        ("instrument", "Ratification, Acceptance(A), Approval(AA), Accession(a)"),
    ):
        if wanted not in columns:
            findings.append(
                Finding(
                    "missing-column",
                    _("The column “{name}” is missing.").format(name=shown),
                    where=_("table"),
                )
            )
    if len(columns) < 3:
        return {}, {}, []
    letters = _letters(titles[columns["instrument"]], findings)
    body = _first(holder, "Tbody")
    rows = [
        [_text(entry) for entry in row if entry.tag.lower() == "entry"]
        for row in (body.iter() if body is not None else ())
        if row.tag.lower() == "row"
    ]
    return columns, letters, rows


def _letters(title: str, findings: list[Finding]) -> dict[str, InstrumentKind]:
    """What the letters after a date mean, as the heading of the column announces them."""
    letters: dict[str, InstrumentKind] = {"": "ratification"}
    for words, letter in _LETTERED.findall(title):
        kind = _KINDS.get(" ".join(words.split()).casefold())
        if kind is None:
            findings.append(
                Finding(
                    "unknown-kind",
                    _("The table speaks of “{words}”, which the kit does not know.").format(
                        words=words.strip()
                    ),
                    where=_("table"),
                    severity="warning",
                )
            )
        else:
            letters[letter] = kind
    return letters


def _participants(
    rows: list[list[str]],
    columns: dict[str, int],
    letters: dict[str, InstrumentKind],
    as_of: date,
    findings: list[Finding],
) -> Iterator[Participant]:
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        where = _("row {n}").format(n=number)
        if len(row) <= max(columns.values()):
            findings.append(
                Finding("short-row", _("The row has {n} columns.").format(n=len(row)), where=where)
            )
            continue
        written = row[columns["participant"]]
        code = naming.code_of(written)
        if code is None:
            findings.append(
                Finding(
                    "unknown-name",
                    _("The kit knows no State or organisation “{name}”.").format(name=written[:80]),
                    where=where,
                )
            )
            continue
        if code in seen:
            findings.append(
                Finding(
                    "twice",
                    _("{name} stands here and in row {n}.").format(name=written, n=seen[code]),
                    where=where,
                )
            )
            continue
        seen[code] = number
        where = f"{where}, {written}"
        signed, _letter = _day(row[columns["signature"]], where, findings)
        handed_in, letter = _day(row[columns["instrument"]], where, findings)
        findings += _date_findings(signed, handed_in, as_of, where)
        if handed_in and letter not in letters:
            findings.append(
                Finding(
                    "unknown-letter",
                    _("The letter “{letter}” after the date is not explained in the heading.").format(
                        letter=letter
                    ),
                    where=where,
                )
            )
        known = naming.names()[code]
        yield Participant(
            code=code,
            name=known.name,
            region=known.region,
            kind=known.kind,
            signed=When.on(signed) if signed else None,
            instrument=Instrument(letters.get(letter, "ratification"), When.on(handed_in), True, ("V-UNTC",))
            if handed_in
            else None,
            marks=("V-UNTC",),
        )


def _day(text: str, where: str, findings: list[Finding]) -> tuple[date | None, str]:
    """The date and the letter in a cell; nothing for an empty cell and for a date that was withdrawn."""
    if not text or text in {"-", "–"}:
        return None, ""
    match = _DATE.fullmatch(text)
    if match is None or bool(match[1]) != bool(match[6]) or match[3].lower() not in _MONTHS:
        findings.append(
            Finding(
                "bad-date", _("“{text}” is no date such as 25 Oct 2025.").format(text=text[:60]), where=where
            )
        )
        return None, ""
    try:
        day = date(int(match[4]), _MONTHS.index(match[3].lower()) + 1, int(match[2]))
    except ValueError:
        findings.append(
            Finding("bad-date", _("“{text}” is not a day of the calendar.").format(text=text), where=where)
        )
        return None, ""
    if match[1]:
        findings.append(
            Finding(
                "withdrawn",
                _(
                    "The date {text} stands in brackets: it does not count any more. Read the footnote."
                ).format(text=text),
                where=where,
                severity="warning",
            )
        )
        return None, ""
    return day, match[5] or ""


def _date_findings(signed: date | None, handed_in: date | None, as_of: date, where: str) -> Iterator[Finding]:
    if signed and not table.OPENED <= signed <= table.CLOSES:
        yield Finding(
            "outside",
            _("Signed on {day}, outside the time in which the Convention was open for signature.").format(
                day=signed.isoformat()
            ),
            where=where,
            provisions=("64(1)",),
        )
    if handed_in and handed_in < table.OPENED:
        yield Finding(
            "outside",
            _("An instrument of {day}, before the Convention was open.").format(day=handed_in.isoformat()),
            where=where,
            provisions=("64(3)",),
        )
    if signed and handed_in and handed_in < signed:
        yield Finding(
            "order", _("The instrument is older than the signature."), where=where, severity="warning"
        )
    for day in (signed, handed_in):
        if day and day > as_of:
            yield Finding(
                "future",
                _("The date {day} is later than the day of the file, {as_of}.").format(
                    day=day.isoformat(), as_of=as_of.isoformat()
                ),
                where=where,
            )


def _status_table(participants: list[Participant], as_of: date, name: str, sha256: str) -> StatusTable:
    # Reservations stand in the file as running text, which is not taken apart here; the reported ones stay.
    kept = table.shipped()
    return StatusTable(
        participants=tuple(sorted(participants, key=lambda one: one.code)),
        known_to=KnownTo(as_of, as_of, as_of),
        origin=Origin(
            "depositary", _("United Nations Treaty Collection, chapter XVIII-16"), as_of, name, sha256
        ),
        adopted=kept.adopted,
        opened=kept.opened,
        closes=kept.closes,
        counts_reported=tuple(one for one in kept.counts_reported if one.day <= date(2025, 10, 26)),
        statements=kept.statements,
        sources=(
            *kept.sources,
            Source("UNTC", _("The file of the UN Treaty Collection that you installed"), ADDRESS),
        ),
    )


def _count_findings(root: Element, made: StatusTable, as_of: date) -> Iterator[Finding]:
    counts = made.counts(as_of)
    for tag, found, shown in (
        ("Signatories", counts.signatories.least, _("signatories")),
        ("Parties", counts.instruments.least, _("Parties")),
    ):
        stated = _text(_first(root, "Status", tag))
        if stated.isdigit() and int(stated) != found:
            yield Finding(
                "count",
                _("The file says {stated} {what}, its table shows {found}. Compare with the page.").format(
                    stated=stated, what=shown, found=found
                ),
                where=_("heading"),
                severity="warning",
            )


def _in_force_findings(root: Element, made: StatusTable) -> Iterator[Finding]:
    computed = entry_into_force(deposits_of(made)).on
    stated = _stated_entry(_text(_first(root, "EIF", "Labeltext")))
    if stated != computed:
        yield Finding(
            "entry-into-force",
            _("Entry into force: the file says {stated}, the deposits in it give {computed}.").format(
                stated=stated.isoformat() if stated else _("no date"),
                computed=computed.isoformat() if computed else _("no date"),
            ),
            where=_("heading"),
            provisions=("65(1)",),
            severity="warning",
        )


def _stated_entry(text: str) -> date | None:
    match = re.match(r"\s*(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})\b", text)
    if match is None or match[2].lower() not in _MONTHS:
        return None
    try:
        return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
    except ValueError:
        return None
