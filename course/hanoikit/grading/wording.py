"""The words in which marks are told, the same in the terminal and on the page.

>>> verdict_sentence(marked)
'You have 83.3 % of the core points. The pass mark is 70 %: passed.'
"""

from __future__ import annotations

from hanoikit.errors import Finding, UnknownProvision
from hanoikit.grading.marks import MarkedAssignment, QuestionMark
from hanoikit.i18n import _, ngettext


def state_words(mark: QuestionMark) -> str:
    """What the state means, in a few words."""
    return {
        "full": _("right"),
        "partial": _("partly right"),
        "none": _("not right"),
        "unanswered": _("no answer"),
        "malformed": _("not a complete answer"),
        "pending": _("a person reads it"),
        "no-verdict": _("could not be marked"),
    }[mark.state]


def number(value: float) -> str:
    """Points and percentages without needless zeros: ``2``, ``1.5``, ``83.3``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def points_words(mark: QuestionMark) -> str:
    """``1.5 of 2``; pending questions show what is open; extra questions say so."""
    out_of = number(mark.out_of)
    points = _("open, of {out_of}") if mark.points is None else _("{points} of {out_of}")
    text = points.format(points=number(mark.counted), out_of=out_of)
    return _("{points} extra").format(points=text) if mark.extra else text


def verdict_sentence(marked: MarkedAssignment) -> str:
    """Percent, pass mark and the verdict."""
    return _("You have {percent} % of the core points. The pass mark is {pass_mark} %: {verdict}.").format(
        percent=number(marked.percent),
        pass_mark=number(marked.pass_mark),
        verdict=_("passed") if marked.passed else _("not passed yet"),
    )


def sum_sentences(marked: MarkedAssignment) -> list[str]:
    """How the percentage comes about, and what is not in it."""
    sentences = [
        _("Core questions: {points} of {maximum} points.").format(
            points=number(marked.core_points), maximum=number(marked.core_maximum)
        )
    ]
    if any(mark.extra for mark in marked.questions):
        sentences.append(
            _("Examiner track: {points} extra points. They can only help.").format(
                points=number(marked.extra_points)
            )
        )
    read = [mark for mark in marked.questions if mark.by_hand and mark.points is not None and mark.given]
    if read:
        sentences.append(
            _(
                "Written answers that a person has read: {points} of {maximum} points, beside the percentage."
            ).format(
                points=number(sum(mark.counted for mark in read)),
                maximum=number(sum(mark.out_of for mark in read)),
            )
        )
    count = len(marked.pending)
    if count:
        sentences.append(
            ngettext(
                "{count} written answer ({points} points) is to be read by a person. "
                "It is not in the percentage.",
                "{count} written answers ({points} points) are to be read by a person. "
                "They are not in the percentage.",
                count,
            ).format(count=count, points=number(marked.pending_points))
        )
    return sentences


def lesson_and_part(read_again: str) -> str:
    """``m04-evidence-chain#hash`` as words."""
    lesson, _hash, part = read_again.partition("#")
    if part:
        return _("lesson {lesson}, part “{part}”").format(lesson=lesson, part=part.replace("-", " "))
    return _("lesson {lesson}").format(lesson=lesson)


def citation_text(reference: str) -> str:
    """``art. 25(2)``, or a standard as it is (``RFC 9162 2.1``)."""
    from hanoikit.convention import cite

    try:
        return str(cite(reference))
    except UnknownProvision:
        return reference


def summary_of(reference: str) -> str:
    """What the provision says, in the kit's own words; empty for a standard."""
    from hanoikit.convention import cite

    try:
        return cite(reference).summary
    except UnknownProvision:
        return ""


def finding_words(finding: Finding) -> str:
    """A finding with its weight in words, so that no colour is needed."""
    weight = {"error": _("A person has to look"), "warning": _("Please note"), "note": _("For information")}
    return f"{weight[finding.severity]}: {finding}"
