"""The report on a cohort: one page that needs nothing else, for the instructor's screen and for the file.

>>> path = write(run_entries, sources, folder / "report.html", simulated="Seed 1.")
>>> path.read_text()[:15]
'<!DOCTYPE html>'

Every figure has its numbers in a table. Discrimination is left out where the class is too small to say;
simulated data are labelled at the top and beside each part.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from hanoikit.classroom import analysis, statistics
from hanoikit.classroom.analysis import Entry, ObjectiveFigures, QuestionFigures
from hanoikit.classroom.figures import bars
from hanoikit.classroom.study import Studied
from hanoikit.grading import AssignmentSource, wording
from hanoikit.grading.page import document
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, sentence, table


def write(
    entries: Sequence[Entry],
    sources: Sequence[AssignmentSource],
    studied: Mapping[str, Mapping[str, Studied]],
    path: Path,
    *,
    simulated: str = "",
    seed: int = 0,
) -> Path:
    """Write the page to ``path``. ``simulated`` is what a sample cohort says about its making; empty for a
    real class.

    ``seed`` makes the bootstrap intervals the same each time.
    """
    path.write_text(
        page(entries, sources, studied, simulated=simulated, seed=seed), encoding="utf-8", newline="\n"
    )
    return path


def page(
    entries: Sequence[Entry],
    sources: Sequence[AssignmentSource],
    studied: Mapping[str, Mapping[str, Studied]],
    *,
    simulated: str = "",
    seed: int = 0,
) -> str:
    """The page as text."""
    title = _("Report on a sample cohort") if simulated else _("Report on the class")
    parts: list[object] = [f"<h1>{escape(title)}</h1>"]
    if simulated:
        parts.append(_notice(simulated))
    for source in sources:
        mine = [entry for entry in entries if entry.assignment == source.name]
        parts.append(_assignment(source, mine, studied.get(source.name, {}), bool(simulated), seed))
    parts.append(_reading())
    return document(title, "\n".join(str(part) for part in parts))


def _notice(text: str) -> Markup:
    heading = _("SIMULATED DATA")
    return Markup(
        f'<div class="notice" role="note"><p>{escape(heading)}. {escape(text)} '
        f"{escape(_('No figure on this page says anything about real people.'))}</p></div>"
    )


def _assignment(
    source: AssignmentSource,
    entries: Sequence[Entry],
    studied: Mapping[str, Studied],
    simulated: bool,
    seed: int,
) -> Markup:
    questions = analysis.by_question(source, entries, random.Random(seed))
    objectives = analysis.by_objective(source, questions)
    identity = escape(source.name)
    label = _(" (simulated data)") if simulated else ""
    people = len(analysis.counted(entries))
    parts: list[object] = [
        f'<section aria-labelledby="{identity}"><h2 id="{identity}">{escape(source.title)}</h2>',
        _who(source, entries, label),
        f"<h3>{escape(_('Marks by objective'))}</h3>",
        _objectives(objectives, people, label),
        f"<h3>{escape(_('Marks by question'))}</h3>",
        _questions(questions, people, label),
        f"<h3>{escape(_('What was chosen'))}</h3>",
        _distractors(source, studied, entries, label),
        f"<h3>{escape(_('What a person should look at'))}</h3>",
        _attention(entries),
        "</section>",
    ]
    return Markup("\n".join(str(part) for part in parts))


def _who(source: AssignmentSource, entries: Sequence[Entry], label: str) -> Markup:
    rows = []
    for entry in entries:
        marked = entry.marked
        kind = _("bot") if entry.group == "bot" else _("person")
        who = f"{entry.description} ({kind})" if entry.description else kind
        if marked is None:
            rows.append([entry.trainee, who, _("not marked"), "–", "–", "–", str(entry.error or "")])
            continue
        core = f"{wording.number(marked.core_points)} / {wording.number(marked.core_maximum)}"
        rows.append(
            [
                entry.trainee,
                who,
                f"{marked.percent:.1f} %",
                core,
                wording.number(marked.extra_points),
                wording.number(marked.pending_points),
                _("passed") if marked.passed else _("not passed"),
            ]
        )
    head = [
        _("Hand-in"),
        _("Who"),
        _("Percent"),
        _("Core points"),
        _("Extra points"),
        _("Points still open"),
        _("Result"),
    ]
    passed = sum(bool(entry.marked and entry.marked.passed) for entry in entries)
    said = _("{passed} of {all} hand-ins reach the pass mark of {mark} %.").format(
        passed=passed, all=len(entries), mark=wording.number(source.pass_mark)
    )
    figure = bars(
        _("Percent of the core points") + label,
        [(entry.trainee, entry.marked.percent if entry.marked else None) for entry in entries],
        unit="%",
        line=source.pass_mark,
        line_label=_("pass mark {mark} %").format(mark=wording.number(source.pass_mark)),
        sentence=said,
    )
    return Markup(f"{figure}{_scroll(table(_('All hand-ins') + label, head, rows))}")


def _objectives(objectives: Sequence[ObjectiveFigures], people: int, label: str) -> Markup:
    shown = [(item.id, None if item.share is None else 100 * item.share) for item in objectives]
    known = [item for item in objectives if item.share is not None]
    weakest = min(known, key=lambda item: item.share or 0.0, default=None)
    said = (
        _("The weakest objective is {id}: {text}.").format(id=weakest.id, text=weakest.text.rstrip("."))
        if weakest
        else ""
    )
    figure = bars(_("Points earned by objective, people only") + label, shown, unit="%", sentence=said)
    rows = [
        [
            item.id,
            item.text,
            ", ".join(item.questions) or "–",
            wording.number(item.out_of),
            "–" if item.share is None else f"{100 * item.share:.0f} %",
        ]
        for item in objectives
    ]
    head = [_("Objective"), _("What a trainee can do"), _("Questions"), _("Points"), _("Earned on average")]
    caption = _("Objectives, over {n} people").format(n=people) + label
    return Markup(f"{figure}{_scroll(table(caption, head, rows))}")


def _questions(questions: Sequence[QuestionFigures], people: int, label: str) -> Markup:
    figure = bars(
        _("Difficulty p by question, people only") + label,
        [(item.question.id, item.difficulty) for item in questions],
        top=1.0,
        sentence=_("1 means that everybody earned all points, 0 that nobody earned any."),
    )
    rows = []
    for item in questions:
        spread = "–" if item.interval is None else f"{item.interval[0]:.2f} – {item.interval[1]:.2f}"
        rows.append(
            [
                Markup(f"{escape(item.question.id)}"),
                item.question.title,
                item.question.objective or "–",
                wording.number(item.question.out_of),
                _("a person marks it") if item.difficulty is None else f"{item.difficulty:.2f}",
                spread,
                _discrimination(item),
                item.unanswered,
            ]
        )
    head = [
        _("Question"),
        _("Text"),
        _("Objective"),
        _("Points"),
        _("Difficulty p"),
        _("95 % interval"),
        _("Discrimination"),
        _("No answer"),
    ]
    caption = _("Questions, over {n} people").format(n=people) + label
    parts = [str(figure), str(_scroll(table(caption, head, rows)))]
    if people < statistics.ENOUGH:
        parts.append(
            sentence(
                _(
                    "Discrimination is not shown: {n} hand-ins are too few to say. It needs {enough}, "
                    "because in a small class chance alone moves it over its whole range."
                ).format(n=people, enough=statistics.ENOUGH)
            )
        )
    return Markup("".join(parts))


def _discrimination(item: QuestionFigures) -> str:
    if item.difficulty is None:
        return "–"
    if item.discrimination is None:
        return _("too few to say") if item.n < statistics.ENOUGH else _("no spread")
    return f"{item.discrimination:.2f} ({statistics.quality(item.discrimination)})"


def _distractors(
    source: AssignmentSource, studied: Mapping[str, Studied], entries: Sequence[Entry], label: str
) -> Markup:
    parts = []
    for question in source.questions:
        rows = analysis.options(studied[question.id], entries) if question.id in studied else []
        if not rows:
            continue
        lines = [
            [
                row.letter or _("no answer"),
                row.text or "–",
                _("author key") if row.is_key else (_("distractor") if row.letter else "–"),
                row.people,
                row.others,
            ]
            for row in rows
        ]
        head = [_("Option"), _("Text"), _("Part"), _("People"), _("Bots")]
        parts.append(str(_scroll(table(f"{question.id} · {question.title}{label}", head, lines))))
    return Markup("".join(parts)) if parts else sentence(_("No question of this assignment has options."))


def _attention(entries: Sequence[Entry]) -> Markup:
    lines = []
    for entry in entries:
        if entry.marked is None:
            lines.append(f"{entry.trainee}: {entry.error}")
            continue
        lines += [f"{entry.trainee}: {wording.finding_words(finding)}" for finding in entry.marked.findings]
        if entry.marked.pending:
            names = ", ".join(mark.question for mark in entry.marked.pending)
            lines.append(
                _("{trainee}: written answer to read: {names}").format(trainee=entry.trainee, names=names)
            )
    return bullets(lines) if lines else sentence(_("Nothing."))


def _reading() -> Markup:
    lines = [
        _(
            "Percent = (core points + extra points) / core maximum, at most 100. Written answers are left "
            "out until a person has marked them."
        ),
        _(
            "Difficulty p is the mean share of a question's points that people earned. In a course where "
            "everybody should master the matter, high values are right."
        ),
        _(
            "Discrimination is the corrected item-rest correlation. A negative value means: look at the "
            "author key first."
        ),
        _(
            "The interval is a bootstrap over hand-ins; with few hand-ins it is wide, and that is the "
            "message."
        ),
        _("Keys are author keys; no panel of experts stands behind them."),
    ]
    return Markup(f"<h2>{escape(_('How to read this page'))}</h2>{bullets(lines)}")


def _scroll(inner: Markup) -> Markup:
    return Markup(
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(_("Table"))}">{inner}</div>'
    )
