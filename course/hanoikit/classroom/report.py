"""The report on a class: one page that needs nothing else, for the instructor's screen and for the file.

>>> path = write(entries, sources, studied, folder / "report.html", about=About.of(klass, entries, at=now))
>>> path.read_text()[:15]
'<!DOCTYPE html>'

Every figure has its numbers in a table. What a small class cannot carry is left out, and the page says why;
simulated data are labelled at the top and beside each part.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from hanoikit.classroom import analysis, time_on_task
from hanoikit.classroom.analysis import Entry, ObjectiveFigures
from hanoikit.classroom.figures import bars
from hanoikit.classroom.report_class import About
from hanoikit.classroom.report_help import help_part, needs, objectives_part
from hanoikit.classroom.report_parts import (
    HEAD,
    NOTHING,
    SCRIPT,
    Cell,
    heading,
    moment,
    rows_table,
    share_cell,
    span,
)
from hanoikit.classroom.report_people import glance, people_part
from hanoikit.classroom.report_questions import chosen_part, questions_part, reliability_words
from hanoikit.classroom.report_todo import todo
from hanoikit.classroom.study import Studied
from hanoikit.grading import AssignmentSource, wording
from hanoikit.grading.page import document
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, details, join, sentence


def write(
    entries: Sequence[Entry],
    sources: Sequence[AssignmentSource],
    studied: Mapping[str, Mapping[str, Studied]],
    path: Path,
    *,
    simulated: str = "",
    seed: int = 0,
    about: About | None = None,
) -> Path:
    """Write the page to ``path``. ``simulated`` is what a sample cohort says about its making; empty for a
    real class.

    ``seed`` makes the bootstrap intervals the same each time.
    """
    text = page(entries, sources, studied, simulated=simulated, seed=seed, about=about)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def page(
    entries: Sequence[Entry],
    sources: Sequence[AssignmentSource],
    studied: Mapping[str, Mapping[str, Studied]],
    *,
    simulated: str = "",
    seed: int = 0,
    about: About | None = None,
) -> str:
    """The page as text."""
    about = about or About()
    title = _("Report on a sample cohort") if simulated else _("Report on the class")
    if about.title:
        title += f": {about.title}"
    label = _(" (simulated data)") if simulated else ""
    questions = {s.name: analysis.by_question(s, _of(s, entries)) for s in sources}
    objectives = {s.name: analysis.by_objective(s, questions[s.name], _of(s, entries)) for s in sources}
    parts: list[object] = [heading(1, title)]
    if about.at is not None:
        parts.append(
            sentence(
                _("As of {at}. Keep this page among instructors.").format(at=moment(about.at, about.zone))
            )
        )
    if simulated:
        parts.append(_notice(simulated))
    parts += [
        _contents(sources),
        glance(sources, entries, about, label),
        todo(entries, about),
        help_part(needs(sources, entries, objectives), about, label),
        objectives_part(sources, objectives, label),
        people_part(sources, entries, about, label),
    ]
    for source in sources:
        mine = _of(source, entries)
        identity = escape(source.name)
        people = len(analysis.counted(mine))
        found = analysis.reliability(source, mine, seed=seed)
        parts += [
            f'<section aria-labelledby="{identity}">',
            heading(2, source.title, source.name),
            _who(source, mine, label, simulated=bool(simulated)),
            heading(3, _("Marks by objective")),
            _objectives(objectives[source.name], people, label),
            heading(3, _("Marks by question")),
            questions_part(questions[source.name], people, label),
            sentence(words) if (words := reliability_words(found)) else "",
            heading(3, _("What was chosen")),
            chosen_part(source, studied.get(source.name, {}), mine, label, bots=bool(simulated)),
            "</section>",
        ]
    parts += [_reading(), SCRIPT]
    wide = "<style>main { max-width: 80rem; }</style>\n"  # one column for each assignment
    return document(title, "\n".join(str(part) for part in parts), head=HEAD + wide)


def _of(source: AssignmentSource, entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.assignment == source.name]


def _notice(text: str) -> Markup:
    return Markup(
        f'<div class="notice" role="note"><p>{escape(_("SIMULATED DATA"))}. {escape(text)} '
        f"{escape(_('No figure on this page says anything about real people.'))}</p></div>"
    )


def _contents(sources: Sequence[AssignmentSource]) -> Markup:
    places = [
        ("glance", _("The class at a glance")),
        ("todo", _("What a person has to do")),
        ("help", _("Who needs help with what")),
        ("objectives", _("The class by objective")),
        ("people", _("The trainees")),
        *((source.name, source.title) for source in sources),
        ("reading", _("How to read this page")),
    ]
    lines = "".join(f'<li><a href="#{escape(name)}">{escape(words)}</a></li>' for name, words in places)
    return Markup(f'<nav aria-label="{escape(_("On this page"))}"><ol>{lines}</ol></nav>')


def _who(source: AssignmentSource, entries: Sequence[Entry], label: str, *, simulated: bool) -> Markup:
    """All hand-ins of one assignment: a sentence and a table; in a sample cohort a figure too."""
    percents = sorted(e.marked.percent for e in entries if e.marked is not None and e.group == "person")
    passed = sum(bool(entry.marked and entry.marked.passed) for entry in entries)
    said = _("{passed} of {all} hand-ins reach the pass mark of {mark} %.").format(
        passed=passed, all=len(entries), mark=wording.number(source.pass_mark)
    )
    if len(percents) >= time_on_task.ENOUGH and not simulated:
        low, middle, high = statistics.quantiles(percents, n=4, method="inclusive")
        said += " " + _(
            "Half of the class lies between {low:.0f} and {high:.0f} %, the middle is {middle:.0f} %."
        )
        said = said.format(low=low, middle=middle, high=high)
    rows = [_hand_in(entry, simulated=simulated) for entry in entries]
    head = [
        _("Hand-in"),
        *([_("Who")] if simulated else []),
        _("Percent"),
        _("Core points"),
        _("Extra points"),
        _("Points given by a person"),
        _("Points still open"),
        _("Result"),
    ]
    listing = rows_table(_("All hand-ins") + label, head, rows)
    if not simulated:
        return join(sentence(said), details(_("All hand-ins"), listing))
    figure = bars(
        _("Percent of the core points") + label,
        [(entry.trainee, entry.marked.percent if entry.marked else None) for entry in entries],
        unit="%",
        line=source.pass_mark,
        line_label=_("pass mark {mark} %").format(mark=wording.number(source.pass_mark)),
        sentence=said,
    )
    return join(figure, listing)


def _hand_in(entry: Entry, *, simulated: bool) -> list[object]:
    kind = _("bot") if entry.group == "bot" else _("person")
    who = [f"{entry.description} ({kind})" if entry.description else kind] if simulated else []
    marked = entry.marked
    if marked is None:
        reason = str(entry.error or _("not marked"))
        return [entry.shown_name, *who, _("not marked"), NOTHING, NOTHING, NOTHING, NOTHING, reason]
    by_hand = [mark for mark in marked.questions if mark.by_hand and mark.points is not None]
    given = sum(mark.counted for mark in by_hand)
    return [
        entry.shown_name,
        *who,
        Cell(f"{marked.percent:.1f} %", marked.percent),
        Cell(
            f"{wording.number(marked.core_points)} / {wording.number(marked.core_maximum)}",
            marked.core_points,
        ),
        Cell(wording.number(marked.extra_points), marked.extra_points),
        Cell(f"{wording.number(given)} / {wording.number(sum(mark.out_of for mark in by_hand))}", given)
        if by_hand
        else NOTHING,
        Cell(wording.number(marked.pending_points), marked.pending_points),
        _("passed") if marked.passed else _("not passed"),
    ]


def _objectives(objectives: Sequence[ObjectiveFigures], people: int, label: str) -> Markup:
    shown = [(item.id, None if item.share is None else 100 * item.share) for item in objectives]
    known = [item for item in objectives if item.share is not None]
    weakest = min(known, key=lambda item: item.share or 0.0, default=None)
    said = (
        _("The weakest objective is {id}: {text}.").format(id=weakest.id, text=weakest.text.rstrip("."))
        if weakest
        else ""
    )
    figure = bars(
        _("Points earned by objective, people only") + label,
        shown,
        unit="%",
        sentence=said,
        spans=[
            None if one.interval is None else (100 * one.interval[0], 100 * one.interval[1])
            for one in objectives
        ],
    )
    rows = [
        [
            item.id,
            item.text,
            ", ".join(item.questions) or NOTHING,
            Cell(wording.number(item.out_of), item.out_of),
            share_cell(item.share),
            span(item.interval),
        ]
        for item in objectives
    ]
    head = [
        _("Objective"),
        _("What a trainee can do"),
        _("Questions"),
        _("Points"),
        _("Earned on average"),
        _("95 % interval"),
    ]
    caption = _("Objectives, over {n} people").format(n=people) + label
    return join(figure, rows_table(caption, head, rows))


def _reading() -> Markup:
    lines = [
        _(
            "Percent = (core points + extra points) / core maximum, at most 100. Written answers are left "
            "out; the points that a person gave for them stand beside."
        ),
        _(
            "Difficulty p is the mean share of a question's points that people earned. In a course where "
            "everybody should master the matter, high values are right."
        ),
        _(
            "Discrimination is the corrected item-rest correlation: does who does well elsewhere do well here? A "
            "negative value means: look at the author key first."
        ),
        _(
            "A 95 % interval says how far a class of this size can tell. Wilson's score interval for shares, Fisher's "
            "z for correlations, a bootstrap over hand-ins for alpha. Where it is wide, that is the message."
        ),
        time_on_task.rule_words()
        + " "
        + _("It is given from {n} people on: the median, and the middle half.").format(n=time_on_task.ENOUGH),
        _("Keys are author keys; no panel of experts stands behind them."),
    ]
    return join(heading(2, _("How to read this page"), "reading"), bullets(lines))
