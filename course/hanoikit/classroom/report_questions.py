"""One assignment on an instructor's page: every question with its difficulty, its discrimination and its time, how far
the whole can be relied on, and what was chosen instead of the right answer.

>>> questions_part(source.title, analysis.by_question(source, entries), 30)
Markup('<figure>...')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hanoikit.classroom import analysis, statistics, time_on_task
from hanoikit.classroom.analysis import Entry, OptionFigures, QuestionFigures, Reliability
from hanoikit.classroom.figures import bars
from hanoikit.classroom.report_parts import NOTHING, Cell, decimals, rows_table, span
from hanoikit.classroom.study import Studied
from hanoikit.grading import AssignmentSource, wording
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, details, join, sentence

_MOST = 12
"""Rows of a table of what was chosen that are shown: key and what was chosen most."""


def questions_part(questions: Sequence[QuestionFigures], people: int, label: str = "") -> Markup:
    """Difficulty with interval as a figure; the same with discrimination and time as a table."""
    hardest = min(
        (item for item in questions if item.difficulty is not None),
        key=lambda q: q.difficulty or 0.0,
        default=None,
    )
    said = _("1 means that everybody earned all points, 0 that nobody earned any.")
    if hardest is not None:
        said += " " + _("The hardest is {id}: {title}").format(
            id=hardest.question.id, title=hardest.question.title
        )
    figure = bars(
        _("Difficulty p by question, people only") + label,
        [(item.question.id, item.difficulty) for item in questions],
        top=1.0,
        sentence=said,
        spans=[item.interval for item in questions],
    )
    timed = any(item.time.n for item in questions)
    rows = [
        [
            item.question.id,
            item.question.title,
            item.question.objective or NOTHING,
            wording.number(item.question.out_of),
            _difficulty(item),
            span(item.interval),
            _discrimination(item),
            Cell(str(item.unanswered), float(item.unanswered)),
            *([_time(item)] if timed else []),
        ]
        for item in questions
    ]
    head = [
        _("Question"),
        _("Text"),
        _("Objective"),
        _("Points"),
        _("Difficulty p"),
        _("95 % interval"),
        _("Discrimination (95 %)"),
        _("No answer"),
        *([_("Time: median (middle half)")] if timed else []),
    ]
    caption = _("Questions, over {n} people").format(n=people) + label
    parts: list[object] = [figure, rows_table(caption, head, rows)]
    if people < statistics.ENOUGH:
        parts.append(sentence(too_few_words(people)))
    return join(*parts)


def too_few_words(people: int) -> str:
    """Why discrimination and reliability are left out."""
    return ngettext(
        "Discrimination and reliability are not shown: {n} hand-in is too few to say. It needs {enough}, because in "
        "a small class chance alone moves them over their whole range.",
        "Discrimination and reliability are not shown: {n} hand-ins are too few to say. It needs {enough}, because in "
        "a small class chance alone moves them over their whole range.",
        people,
    ).format(n=people, enough=statistics.ENOUGH)


def reliability_words(found: Reliability) -> str:
    """Alpha and what it means for one person's result; empty where it is not known."""
    if found.alpha is None or found.interval is None or found.error is None:
        return ""
    return _(
        "Reliability (Cronbach's alpha): {alpha:.2f}, 95 % interval {span}, over {n} hand-ins and {items} questions. "
        "One person's total may be off by about {error} points by chance; so do not read much into small differences "
        "between people."
    ).format(
        alpha=found.alpha,
        span=decimals(found.interval),
        n=found.n,
        items=found.items,
        error=wording.number(round(found.error, 1)),
    )


def _difficulty(item: QuestionFigures) -> object:
    if item.difficulty is None:
        if not item.pending:
            return NOTHING
        return ngettext("{n} still to be read", "{n} still to be read", item.pending).format(n=item.pending)
    return Cell(f"{item.difficulty:.2f}", round(item.difficulty, 4))


def _discrimination(item: QuestionFigures) -> object:
    if item.difficulty is None:
        return NOTHING
    if item.discrimination is None:
        return _("too few to say") if item.n < statistics.ENOUGH else _("no spread")
    words = {
        "negative: check the key": _("negative: check the key"),
        "revise": _("revise"),
        "tells people apart": _("tells people apart"),
        "interval too wide to judge": _("interval too wide to judge"),
    }[statistics.judged(item.discrimination, item.discrimination_interval)]
    shown = f"{item.discrimination:.2f} ({decimals(item.discrimination_interval)}): {words}"
    return Cell(shown, round(item.discrimination, 4))


def _time(item: QuestionFigures) -> object:
    if item.time.median is None or item.time.quartiles is None:
        return NOTHING if not item.time.n else _("fewer than {n} people").format(n=time_on_task.ENOUGH)
    low, high = item.time.quartiles
    shown = _("{median:.1f} min ({low:.1f} – {high:.1f})").format(median=item.time.median, low=low, high=high)
    return Cell(shown, round(item.time.median, 2))


def chosen_part(
    source: AssignmentSource,
    studied: Mapping[str, Studied],
    entries: Sequence[Entry],
    label: str = "",
    *,
    bots: bool = False,
) -> Markup:
    """For every question with options: how often each was chosen, and what that says."""
    parts = []
    for question in source.questions:
        rows = analysis.options(studied[question.id], entries) if question.id in studied else []
        if not rows:
            continue
        lines = [
            [
                row.letter or _("no answer"),
                row.text or NOTHING,
                _("author key") if row.is_key else (_("distractor") if row.letter else NOTHING),
                Cell(str(row.people), float(row.people)),
                *([Cell(str(row.others), float(row.others))] if bots else []),
            ]
            for row in _shown(rows, all_=studied[question.id].kind in {"choice", "choices", "narrow"})
        ]
        head = [_("Option"), _("Text"), _("Part"), _("People"), *([_("Bots")] if bots else [])]
        caption = f"{question.id} · {question.title}{label}"
        parts.append(details(caption, sentence(_said(rows)), rows_table(caption, head, lines)))
    return join(*parts) if parts else sentence(_("No question of this assignment has options."))


def _shown(rows: Sequence[OptionFigures], *, all_: bool) -> list[OptionFigures]:
    """All rows, or of a long table those that were chosen or are the key."""
    if all_:
        return list(rows)
    chosen = [row for row in rows if row.is_key or row.people or row.others or not row.letter]
    kept = sorted(chosen, key=lambda row: (not row.is_key, -row.people - row.others))[: max(_MOST, 1)]
    return [row for row in rows if row in kept]


def _said(rows: Sequence[OptionFigures]) -> str:
    keys = [row for row in rows if row.is_key]
    wrong = [row for row in rows if row.letter and not row.is_key and row.people]
    most = max(wrong, key=lambda row: row.people, default=None)
    if not keys:
        return _("The key is computed and is not shown here.")
    if most is None:
        return _("Nobody chose a distractor.")
    said = ngettext(
        "The distractor chosen most is “{letter}”, by {count} person.",
        "The distractor chosen most is “{letter}”, by {count} people.",
        most.people,
    ).format(letter=most.letter, count=most.people)
    if statistics.outnumbers(most.people, min(row.people for row in keys)):
        said += " " + _(
            "That is more than chose a part of the key: check the key, and teach this point again."
        )
    return said
