"""The trainees on an instructor's page: one line each over all assignments, with what is open, late or missing.

>>> people_part(sources, entries, About())
Markup('<h2 id="people">...')
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from hanoikit.classroom import time_on_task
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.figures import bars
from hanoikit.classroom.report_class import About, Person
from hanoikit.classroom.report_parts import NOTHING, Cell, heading, module_of, rows_table
from hanoikit.grading import AssignmentSource
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, join, sentence


def glance(
    sources: Sequence[AssignmentSource], entries: Sequence[Entry], about: About, label: str = ""
) -> Markup:
    """The class in a few sentences, and the assignments side by side."""
    people = [entry for entry in entries if entry.group == "person"]
    marked = [entry for entry in people if entry.marked is not None]
    trainees = len(about.people) or len({entry.trainee for entry in people})
    lines = [
        ngettext("{count} trainee.", "{count} trainees.", trainees).format(count=trainees),
        ngettext(
            "{count} hand-in, {marked} of them marked.",
            "{count} hand-ins, {marked} of them marked.",
            len(people),
        ).format(count=len(people), marked=len(marked)),
        _("{count} reach the pass mark.").format(
            count=sum(entry.marked is not None and entry.marked.passed for entry in marked)
        ),
    ]
    rows, shown = [], []
    for source in sources:
        mine = [entry for entry in people if entry.assignment == source.name]
        percents = [entry.marked.percent for entry in mine if entry.marked is not None]
        passed = sum(entry.marked is not None and entry.marked.passed for entry in mine)
        pending = sum(len(entry.marked.pending) for entry in mine if entry.marked is not None)
        times = [entry.time.total for entry in mine if entry.time.minutes]
        middle = statistics.median(percents) if percents else None
        shown.append((f"{module_of(source.name)} {source.title}", middle))
        spent = time_on_task.spread(times).median
        rows.append(
            [
                Markup(f'<a href="#{source.name}">{module_of(source.name)}</a>'),
                source.title,
                _number(len(mine)),
                _number(len(percents)),
                _number(passed),
                NOTHING if middle is None else Cell(f"{middle:.0f} %", middle),
                _number(pending),
                NOTHING if spent is None else Cell(time_on_task.words(spent), round(spent, 1)),
            ]
        )
    head = [
        _("Module"),
        _("Title"),
        _("Handed in"),
        _("Marked"),
        _("Passed"),
        _("Median"),
        _("Written answers to read"),
        _("Time, median"),
    ]
    known = [(value, name) for name, value in shown if value is not None]
    said = (
        _("The lowest median is {value:.0f} %, in {name}.").format(value=min(known)[0], name=min(known)[1])
        if known
        else _("Nothing is marked yet.")
    )
    figure = bars(
        _("Median of the percent reached, by assignment") + label,
        shown,
        unit="%",
        line=70.0 if len({source.pass_mark for source in sources}) != 1 else sources[0].pass_mark,
        line_label=_("pass mark"),
        sentence=said,
    )
    return join(
        heading(2, _("The class at a glance"), "glance"),
        sentence(*lines),
        figure,
        rows_table(_("All assignments") + label, head, rows),
    )


def people_part(
    sources: Sequence[AssignmentSource], entries: Sequence[Entry], about: About, label: str = ""
) -> Markup:
    """Everybody, one line each."""
    found = {(entry.trainee, entry.assignment): entry for entry in entries}
    ids = {entry.trainee: Person(entry.trainee, entry.name, entry.team) for entry in entries}
    ids.update({one.id: one for one in about.people})
    named = any(one.name for one in ids.values())
    teams = any(one.team for one in ids.values())
    rows = []
    for identity in sorted(ids):
        mine = [found.get((identity, source.name)) for source in sources]
        one = ids[identity]
        there = [entry for entry in mine if entry is not None]
        passed = sum(entry.marked is not None and entry.marked.passed for entry in there)
        minutes = sum(entry.time.total for entry in there)
        rows.append(
            [
                Cell(about.linked(one), one.shown),
                *([one.id] if named else []),
                *([one.team or NOTHING] if teams else []),
                _number(passed),
                *(_percent(entry) for entry in mine),
                NOTHING if not minutes else Cell(time_on_task.words(minutes), round(minutes, 1)),
            ]
        )
    short = [
        Markup(f'<abbr title="{_escape(source.title)}">{module_of(source.name)}</abbr>') for source in sources
    ]
    head = [
        _("Trainee"),
        *([_("Id")] if named else []),
        *([_("Group")] if teams else []),
        _("Passed"),
        *short,
        _("Time"),
    ]
    legend = _(
        "Percent of the core points; w: a written answer is still to be read; L: late; !: a person must look; "
        "?: not marked; {nothing}: nothing handed in."
    ).format(nothing=NOTHING)
    caption = ngettext("{count} trainee", "{count} trainees", len(rows)).format(count=len(rows)) + label
    return join(
        heading(2, _("The trainees"), "people"),
        sentence(legend),
        rows_table(caption, head, rows, narrow=True),
        sentence(time_on_task.rule_words()),
    )


def _percent(entry: Entry | None) -> object:
    if entry is None:
        return NOTHING
    late = " L" if entry.hand_in is not None and entry.hand_in.late else ""
    if entry.marked is None:
        return f"?{late}"
    signs = (" w" if entry.marked.pending else "") + late
    looked = any(finding.severity == "error" for finding in entry.marked.findings)
    signs += " !" if looked else ""
    return Cell(f"{entry.marked.percent:.0f}{signs}", entry.marked.percent)


def _number(value: int) -> Cell:
    return Cell(str(value), float(value))


def _escape(words: str) -> str:
    from html import escape

    return escape(words)
