"""Who needs help with what: by objective, most needed first, and only where the figures carry it.

>>> [(one.objective, len(one.people)) for one in needs(sources, entries)]
[('m03-o2', 12), ('m01-o4', 7)]

About one person an objective with a single question says too little, so two marked questions are the least. About the
class as a whole an interval says whether it is below the pass mark beyond chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanoikit.classroom.analysis import Entry, ObjectiveFigures, Reached, reached
from hanoikit.classroom.report_class import About
from hanoikit.classroom.report_parts import Cell, heading, module_of, rows_table, share, share_cell, span
from hanoikit.grading import AssignmentSource
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, join, sentence

QUESTIONS = 2
"""Marked questions of an objective from which something is said about one person."""


@dataclass(frozen=True, slots=True)
class Need:
    """One objective in which people are below the pass mark, those furthest below first."""

    source: AssignmentSource
    figures: ObjectiveFigures
    people: tuple[tuple[Entry, Reached], ...]
    judged: int
    """People of whom enough is marked to say something."""
    whole_class: bool
    """Whether even the upper end of the class's interval is below the pass mark."""

    @property
    def objective(self) -> str:
        """The objective's id."""
        return self.figures.id


def needs(
    sources: Sequence[AssignmentSource],
    entries: Sequence[Entry],
    objectives: Mapping[str, Sequence[ObjectiveFigures]],
) -> list[Need]:
    """Objectives with need, those that concern most people first; ``objectives`` by assignment."""
    found = []
    for source in sources:
        people = [
            (entry, reached(entry))
            for entry in entries
            if entry.assignment == source.name and entry.group == "person" and entry.marked is not None
        ]
        mark = source.pass_mark / 100
        for figures in objectives.get(source.name, ()):
            judged = [
                (entry, mine[figures.id])
                for entry, mine in people
                if figures.id in mine and mine[figures.id].questions >= QUESTIONS and mine[figures.id].out_of
            ]
            below = [(entry, mine) for entry, mine in judged if (mine.share or 0.0) < mark]
            whole = figures.interval is not None and figures.interval[1] < mark
            if below or whole:
                below.sort(key=lambda one: (one[1].share or 0.0, one[0].trainee))
                found.append(Need(source, figures, tuple(below), len(judged), whole))
    found.sort(key=lambda need: (-len(need.people), need.figures.share or 0.0, need.objective))
    return found


def help_part(found: Sequence[Need], about: About, label: str = "") -> Markup:
    """The part of the page about help."""
    title = heading(2, _("Who needs help with what"), "help")
    if not found:
        return join(
            title,
            sentence(_("Nobody is below the pass mark in an objective with two marked questions or more.")),
        )
    first = found[0]
    said = ngettext(
        "{count} trainee is below the pass mark in {objective}: {text}.",
        "{count} trainees are below the pass mark in {objective}: {text}.",
        len(first.people),
    ).format(count=len(first.people), objective=first.objective, text=first.figures.text.rstrip("."))
    whole = [need.objective for need in found if need.whole_class]
    if whole:
        said += " " + _("Worth teaching again to all: {objectives}.").format(objectives=", ".join(whole))
    rows = []
    for need in found:
        names = [join(about.person(entry), f" ({share(mine.share)})") for entry, mine in need.people]
        rows.append(
            [
                need.objective,
                need.figures.text,
                Cell(f"{len(need.people)} / {need.judged}", float(len(need.people))),
                share_cell(need.figures.share),
                span(need.figures.interval),
                _("the whole class") if need.whole_class else _("single people"),
                Markup(", ".join(names)) if names else "–",
            ]
        )
    head = [
        _("Objective"),
        _("What a trainee can do"),
        _("Below the pass mark"),
        _("Class, on average"),
        _("95 % interval"),
        _("Concerns"),
        _("Who, and how much was reached"),
    ]
    note = _(
        "A person stands here when less than the pass mark of an objective's points was reached over at least two "
        "marked questions; one question says too little about one person. “The whole class” means that even the upper "
        "end of the interval is below the pass mark."
    )
    return join(
        title,
        sentence(said),
        rows_table(_("Objectives with need, most people first") + label, head, rows, narrow=True),
        sentence(note),
    )


def objectives_part(
    sources: Sequence[AssignmentSource],
    objectives: Mapping[str, Sequence[ObjectiveFigures]],
    label: str = "",
) -> Markup:
    """All objectives of all assignments in one table, with the names of the modules."""
    rows = []
    for source in sources:
        for one in objectives.get(source.name, ()):
            rows.append(
                [
                    one.id,
                    f"{module_of(source.name)} · {source.title}",
                    one.text,
                    Cell(str(len(one.questions)), float(len(one.questions))),
                    share_cell(one.share),
                    span(one.interval),
                ]
            )
    known = [(one.share, one) for several in objectives.values() for one in several if one.share is not None]
    lowest = min(known, key=lambda pair: pair[0], default=None)
    said = (
        _("The lowest is {id} with {share}: {text}.").format(
            id=lowest[1].id, share=share(lowest[0]), text=lowest[1].text.rstrip(".")
        )
        if lowest
        else _("Nothing is marked yet.")
    )
    head = [
        _("Objective"),
        _("Module"),
        _("What a trainee can do"),
        _("Questions"),
        _("Earned on average"),
        _("95 % interval"),
    ]
    return join(
        heading(2, _("The class by objective"), "objectives"),
        sentence(said),
        rows_table(_("All objectives") + label, head, rows, narrow=True),
    )
