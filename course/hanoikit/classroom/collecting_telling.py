"""What came in, for the person who collects: rows for the terminal, a page and a table for the day.

>>> write(klass, collection, now=now)
[PosixPath('.../reports/collection-2026-12-01.html'), PosixPath('.../reports/collection-2026-12-01.csv')]

The page of a day follows from ledger and inbox alone: collecting again writes the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.classroom.collecting_deciding import (
    ABOUT_OTHERS,
    ASIDE,
    SET_ASIDE,
    Decision,
    counting,
    outstanding,
)
from hanoikit.classroom.export import guarded
from hanoikit.errors import Finding
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.classroom.collecting import Collection
    from hanoikit.classroom.collecting_inbox import Inbox
    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.roster import Roster


def state_in_words(decision: Decision) -> str:
    """What became of a hand-in, in one or two words."""
    if decision.state == SET_ASIDE:
        return _("dismissed") if decision.known.dismissed else _("set aside")
    if decision.state == "duplicate":
        return _("duplicate")
    return _("accepted, late") if decision.late else _("accepted")


def next_step(codes: Sequence[str], shown: str = "FILE", number: str = "NUMBER") -> str:
    """What to do about a hand-in, by its gravest finding; empty when there is nothing to do. ``number`` is the
    beginning of its SHA-256.
    """
    name = f'"{shown}"' if " " in shown else shown
    steps = {
        "damaged": _("Ask for the file again; the trainee has a copy in the course folder, under handed-in."),
        "empty": _("Ask for the file again; the trainee has a copy in the course folder, under handed-in."),
        "unreadable": _("Put the stick in again, or ask for the file once more."),
        "edited": _("Ask for a new hand-in. If you know why it was changed, take it with --take-anyway."),
        "wrong-person": _("Ask both, then say whose it is with --as ID. Without that it stays aside."),
        "key-of-another": _("Ask both: did they share a computer? Then take it with --take-anyway, or leave it."),
        "another-key": _(
            "Ask the person: another computer, or a new course folder? Then: hanoikit class aside take {number}"
        ).format(number=number),
        "not-sealed": _("Ask the person whether this one is meant. Then: hanoikit class aside take {number}").format(
            number=number
        ),
        "unknown-trainee": _("Add the person to the roster and collect again, or say whose it is with --as ID."),
        "no-identity": _("Say whose it is: hanoikit class collect {file} --as ID").format(file=name),
        "unknown-assignment": _("Say which one: hanoikit class collect {file} --assignment NAME").format(file=name),
        "other-class": _("Give it to the other class, or take it with --take-anyway."),
        "too-late": _("If there was a good reason: hanoikit class aside take {number}").format(number=number),
        "too-large": _("Ask for the exercise's folder alone, sealed with hanoikit submit."),
        "not-recognised": _('No hand-in? hanoikit class aside dismiss {number} --because "..."').format(number=number),
        "no-sheet": _("Ask for answers.jsonl from the same folder, or for a sealed bundle."),
        "sheet-shared": _("Ask both how that came; marking shows it as well."),
        "clock-back": _("Ask the trainee which clock was wrong; the time of the last answer counts."),
        "clock-behind": _("Tell the trainee to set the clock, and ask when it was handed in."),
        "clock-ahead": _("Tell the trainee to set the clock; nothing else to do."),
        "sheet-foreign": _("Ask for the answers.jsonl of this assignment."),
        "sheet-altered": _("Ask the trainee; marking shows which answers."),
        "sheet-damaged": _("Ask for answers.jsonl again."),
        "sheet-ambiguous": _("Put each answers.jsonl into a folder with its notebook, then collect again."),
        "notebook-damaged": _("The answers count. Ask for the notebook if it has code or text in it."),
        "two-assignments": _("Ask for the other assignment as a hand-in of its own."),
        "fewer-answers": _("Ask which one is meant; the earlier one is in the inbox."),
        "older": "",
        "blank": _("Ask whether it is the right file."),
    }  # fmt: skip
    return next((steps[code] for code in codes if steps.get(code)), "")


@dataclass(frozen=True, slots=True)
class Row:
    """One hand-in in a table."""

    shown: str
    trainee: str
    name: str
    group: str
    assignment: str
    state: str
    time: datetime
    received: datetime
    code: str
    what: str
    step: str
    file: str
    look: bool


def _on_the_stick(shown: str, sources: Sequence[Path] = ()) -> str:
    """The file to name in a command: the zip itself for what lies in one, under the source that it was found in."""
    head, found, _rest = shown.partition(".zip/")
    name = head + ".zip" if found else shown
    for source in sources:
        if name.partition("/")[0] == source.resolve().name:
            return str(source.resolve().parent / name)
    return name


def rows(
    decisions: Sequence[Decision],
    roster: Roster,
    inbox: Inbox,
    names: dict[tuple[str, str], str] | None = None,
    sources: Sequence[Path] = (),
) -> list[Row]:
    """The hand-ins as a person reads them, those that need a person first; ``sources`` give commands whole paths."""
    made = []
    for one in decisions:
        facts = one.facts
        who = roster.get(facts.trainee)
        shown = (names or {}).get((facts.file, facts.trainee), "") or facts.shown
        shown = shown or next(iter(inbox.shown(facts.file)), facts.file[:12])
        found = told(one)
        made.append(
            Row(
                shown,
                facts.trainee,
                who.name if who else "",
                who.group if who else "",
                facts.assignment,
                state_in_words(one),
                one.time,
                one.known.received,
                facts.code,
                " ".join([*map(_in_words, found), *_dismissed(one)]),
                next_step([finding.code for finding in found], _on_the_stick(shown, sources), facts.file[:8])
                if not _dismissed(one)
                else "",
                facts.file,
                one.look,
            )
        )
    return sorted(made, key=lambda row: (not row.look, row.trainee, row.assignment, row.received, row.file))


def _dismissed(decision: Decision) -> list[str]:
    reason = decision.known.dismissed if decision.state == SET_ASIDE else ""
    return [_("Dismissed: {reason}").format(reason=reason)] if reason else []


def _in_words(finding: Finding) -> str:
    if finding.code in ABOUT_OTHERS and finding.where:
        return f"{finding.message.removesuffix('.')} ({finding.where})."
    return finding.message


def told(decision: Decision) -> list[Finding]:
    """What there is to say, the reason for setting aside first."""
    grave = {"error": 0, "warning": 1, "note": 2}
    every = {one.code: one for one in (*decision.told, *decision.findings)}
    details = {"work-altered", "work-added", "work-missing", "manifest-altered", "truncated", "zip-damaged"}
    shown = [one for one in every.values() if one.code not in details or len(every) == 1]
    shown.sort(key=lambda one: (one.code not in ASIDE, grave[one.severity], one.code))
    return list({one.message: one for one in reversed(shown)}.values())[::-1][:4]


def write(klass: Class, collection: Collection, inbox: Inbox, *, now: datetime) -> list[Path]:
    """The page and the CSV of the day; nothing is written when they are there with the same content."""
    from hanoikit.workspace.delivery import put

    day = now.astimezone(klass.zone).date()
    roster = klass.roster
    of_day = [one for one in collection.decisions if one.known.received.astimezone(klass.zone).date() == day]
    waiting = [one for one in outstanding(collection.decisions) if one not in of_day]
    if not of_day and not waiting:
        return []
    made = rows(of_day, roster, inbox)
    aside = rows(waiting, roster, inbox)
    stem = klass.reports / f"collection-{day.isoformat()}"
    pages = {
        stem.with_suffix(".html"): page(klass, day, made, aside, collection.decisions, roster).encode(),
        stem.with_suffix(".csv"): _csv([*made, *aside], klass),
    }
    for path, data in pages.items():
        if not path.is_file() or path.read_bytes() != data:
            put(path, data)
    return list(pages)


def _csv(made: Sequence[Row], klass: Class) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        [
            "id",
            "name",
            "group",
            "assignment",
            "state",
            "handed_in",
            "received",
            "code",
            "what",
            "next_step",
            "name_of_file",
            "sha256",
        ]
    )
    for row in made:
        writer.writerow(
            [
                guarded(value)
                for value in (
                    row.trainee, row.name, row.group, row.assignment, row.state, _time(row.time, klass),
                    _time(row.received, klass), row.code, row.what, row.step, row.shown, row.file,
                )
            ]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _time(moment: datetime, klass: Class) -> str:
    return moment.astimezone(klass.zone).strftime("%Y-%m-%d %H:%M")


_STYLE = """
body{font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif;color:#1b2733;background:#fff;
 margin:2rem auto;max-width:80rem;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}p{max-width:60rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.25rem 0}
th,td{border:1px solid #c3ccd6;padding:.35rem .5rem;text-align:left;vertical-align:top}thead th{background:#eef2f6}
tr.look td:first-child,tr.look th{border-left:.4rem solid #b3261e}
td:nth-of-type(3){white-space:nowrap}
.dot td{text-align:center;white-space:normal}code{font-size:.9em;overflow-wrap:anywhere}small{color:#455463}
@media print{body{margin:0;max-width:none}.wide{overflow:visible}}
"""


def page(
    klass: Class,
    day: date,
    made: Sequence[Row],
    aside: Sequence[Row],
    decisions: Sequence[Decision],
    roster: Roster,
) -> str:
    """The page of a day, complete in itself."""
    title = _("Hand-ins of {day}").format(day=day.isoformat())
    look = sum(row.look for row in (*made, *aside))
    text = ngettext("{count} hand-in came in.", "{count} hand-ins came in.", len(made)).format(
        count=len(made)
    )
    if look:
        text += " " + ngettext(
            "A person has to look at {count}.", "A person has to look at {count}.", look
        ).format(count=look)
    parts = [
        f'<!doctype html>\n<html lang="{escape(klass.language)}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)} · {escape(klass.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>{escape(title)}</h1>\n<p>{escape(klass.title)}. {escape(text)}</p>",
    ]
    first = [row for row in (*made, *aside) if row.look]
    if first:
        parts.append(_table(_("A person has to look"), first, klass, steps=True))
    parts.append(_overview(klass, decisions, roster))
    rest = [row for row in made if not row.look]
    if rest:
        parts.append(_table(_("Nothing to do"), rest, klass, steps=False))
    note = _("Every file is kept as it came in the folder inbox, under the SHA-256 in the table.")
    parts.append(f"<p><small>{escape(note)}</small></p>\n</main>\n</body>\n</html>\n")
    return "\n".join(parts)


def _table(title: str, made: Sequence[Row], klass: Class, *, steps: bool) -> str:
    heads = [_("Who"), _("Assignment"), _("State"), _("Handed in"), _("What there is to say"), _("File")]
    if steps:
        heads.insert(5, _("Next step"))
    body = []
    for row in made:
        who = (
            f"{escape(row.name)} <small>{escape(row.trainee)}</small>"
            if row.name
            else escape(row.trainee or "?")
        )
        code = f"<br><small>{escape(row.code)}</small>" if row.code else ""
        file = f"{escape(row.shown)}<br><small><code>{row.file[:16]}</code></small>"
        values = [
            escape(row.assignment or "?"), escape(row.state), _time(row.time, klass) + code,
            escape(row.what), escape(row.step), file,
        ]  # fmt: skip
        if not steps:
            del values[4]
        mark = ' class="look"' if row.look else ""
        body.append(
            f'<tr{mark}><th scope="row">{who}</th>'
            + "".join(f"<td>{value}</td>" for value in values)
            + "</tr>"
        )
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return (
        f'<h2>{escape(title)}</h2>\n<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(body) + "\n</tbody>\n</table></div>"
    )


def _overview(klass: Class, decisions: Sequence[Decision], roster: Roster) -> str:
    """Who handed in what: a table with a word in each cell."""
    settled = counting(decisions)
    waiting = {(one.facts.trainee, one.facts.assignment) for one in outstanding(decisions)}
    names = [
        one.name
        for one in klass.assignments
        if one.state != "planned" or any(key[1] == one.name for key in settled)
    ]
    if not names or not len(roster):
        return ""
    rows_ = []
    for who in roster.present:
        cells = []
        for name in names:
            one = settled.get((who.id, name))
            word = "" if one is None else _("late") if one.late else _("in")
            if (who.id, name) in waiting:
                word = f"{word}, {_('look')}" if word else _("look")
            cells.append(f"<td>{escape(word) or '–'}</td>")
        label = f"{escape(who.name)} <small>{escape(who.id)}</small>"
        rows_.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>')
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    title = _("Who has handed in what")
    return (
        f'<h2>{escape(title)}</h2>\n<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">'
        f'<table class="dot">\n<thead><tr><th scope="col">{escape(_("Who"))}</th>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows_)
        + "\n</tbody>\n</table></div>"
    )
