"""What a person has to do: read written answers, look at hand-ins, mark what is new; who is late, who is missing.

>>> todo(entries, About())
Markup('<section ...')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.report_class import About
from hanoikit.classroom.report_parts import NOTHING, Cell, heading, moment, rows_table
from hanoikit.errors import Finding
from hanoikit.grading import wording
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, bullets, details, join, sentence


def todo(entries: Sequence[Entry], about: About) -> Markup:
    """The part of the page that says what is still to be done, most urgent first."""
    parts: list[object] = [heading(2, _("What a person has to do"), "todo")]
    if about.broken:
        parts.append(Markup(f'<div class="todo">{sentence(_("The grade ledger:"), about.broken)}</div>'))
    lines = [*_unmarked(entries), *_written(entries), *_missing(entries, about)]
    parts.append(bullets(lines) if lines else sentence(_("Everything that was handed in is marked.")))
    parts += [_look(entries, about), _late(entries, about)]
    return join(*parts)


def _unmarked(entries: Sequence[Entry]) -> list[str]:
    lines = []
    waiting = sum(entry.marked is None or bool(entry.hand_in and entry.hand_in.waiting) for entry in entries)
    if waiting:
        lines.append(
            ngettext(
                "{count} hand-in is not marked, or a newer one came since. Run: hanoikit class autograde",
                "{count} hand-ins are not marked, or newer ones came since. Run: hanoikit class autograde",
                waiting,
            ).format(count=waiting)
        )
    return lines


def _written(entries: Sequence[Entry]) -> list[str]:
    open_: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for mark in entry.marked.pending if entry.marked else ():
            open_[entry.assignment, mark.question] += 1
    lines = []
    for (assignment, question), count in sorted(open_.items()):
        lines.append(
            ngettext(
                "{count} written answer to read: {question} of {assignment}. Run: hanoikit class formgrader",
                "{count} written answers to read: {question} of {assignment}. Run: hanoikit class formgrader",
                count,
            ).format(count=count, question=question, assignment=assignment)
        )
    return lines


def _missing(entries: Sequence[Entry], about: About) -> list[Markup]:
    lines = []
    for assignment in about.due:
        people = about.missing(entries, assignment)
        if people and len(people) == len(about.people):
            lines.append(join(_("Nobody has handed in {assignment}.").format(assignment=assignment)))
        elif people:
            words = ngettext(
                "{count} has not handed in {assignment}:",
                "{count} have not handed in {assignment}:",
                len(people),
            ).format(count=len(people), assignment=assignment)
            names = Markup(", ".join(about.linked(one) for one in people))
            lines.append(join(words, " ", names))
    return lines


def _look(entries: Sequence[Entry], about: About) -> Markup:
    urgent: list[list[object]] = []
    notes: list[list[object]] = []
    for entry in entries:
        findings: list[Finding] = []
        if entry.marked is not None:
            findings += entry.marked.findings
            findings += [
                Finding("question", mark.reason, mark.question)
                for mark in entry.marked.questions
                if mark.needs_human
                and mark.state not in {"pending", "no-verdict"}
                and not entry.marked.findings
            ]
        elif entry.error is not None:
            findings.append(Finding("error", str(entry.error)))
        if entry.hand_in is not None:
            findings += entry.hand_in.findings
        for one in dict.fromkeys(findings):
            rows = urgent if one.severity == "error" else notes
            rows.append([about.person(entry), entry.assignment, wording.finding_words(one)])
    for aside in about.aside:
        reason = "; ".join(str(one) for one in aside.findings) or _("It was set aside.")
        who = aside.trainee or _("nobody yet")
        urgent.append([who, aside.assignment or NOTHING, f"{reason} ({aside.file[:12]})"])
    head = [_("Trainee"), _("Assignment"), _("What was noticed")]
    parts: list[object] = [heading(3, _("Hand-ins to look at"))]
    if urgent:
        caption = ngettext("{count} remark", "{count} remarks", len(urgent)).format(count=len(urgent))
        parts.append(rows_table(caption, head, urgent, narrow=True))
    else:
        parts.append(sentence(_("None.")))
    if notes:
        caption = ngettext("{count} smaller remark", "{count} smaller remarks", len(notes)).format(
            count=len(notes)
        )
        parts.append(details(caption, rows_table(caption, head, notes)))
    return join(*parts)


def _late(entries: Sequence[Entry], about: About) -> Markup:
    late = [entry for entry in entries if entry.hand_in is not None and entry.hand_in.late]
    title = heading(3, _("Late hand-ins"))
    if not late:
        return join(title, sentence(_("None.")))
    rows = []
    for entry in late:
        facts = entry.hand_in
        assert facts is not None
        due = facts.due or about.due.get(entry.assignment)
        rows.append(
            [
                about.person(entry),
                entry.assignment,
                Cell(moment(facts.at, about.zone)),
                Cell(moment(due, about.zone)),
            ]
        )
    caption = ngettext(
        "{count} hand-in came after the time that was set. It is marked like the others.",
        "{count} hand-ins came after the time that was set. They are marked like the others.",
        len(late),
    ).format(count=len(late))
    return join(title, rows_table(caption, [_("Trainee"), _("Assignment"), _("Handed in"), _("Due")], rows))
