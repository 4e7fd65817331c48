"""The mark itself: a number that explains itself, and what is raised when there is nothing to award.

>>> mark = Mark(1.5, question="m04-q3", out_of=2.0, state="partial", given="a", reason="Partly right.")
>>> mark
1.5
>>> mark.as_data()["state"]
'partial'
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from hanoikit.exercise.judge import Detail, Judgement
from hanoikit.exercise.notebook import publish
from hanoikit.i18n import _, direction

MIME = "application/vnd.hanoikit.mark+json"


class Mark(float):
    """Points earned, as a float whose text is the number; the explanation travels with it."""

    question: str
    out_of: float
    state: str
    given: str
    reason: str
    provisions: tuple[str, ...]
    read_again: str
    details: tuple[Detail, ...]

    def __new__(
        cls,
        points: float,
        *,
        question: str,
        out_of: float,
        state: str,
        given: str = "",
        reason: str = "",
        provisions: Sequence[str] = (),
        read_again: str = "",
        details: Sequence[Detail] = (),
    ) -> Mark:
        """``state`` is full, partial, none, unanswered or malformed."""
        mark = super().__new__(cls, points)
        mark.question = question
        mark.out_of = out_of
        mark.state = state
        mark.given = given
        mark.reason = reason
        mark.provisions = tuple(provisions)
        mark.read_again = read_again
        mark.details = tuple(details)
        return mark

    def as_data(self) -> dict[str, Any]:
        """The mark and its explanation as plain data."""
        return {
            "question": self.question,
            "points": float(self),
            "out_of": self.out_of,
            "state": self.state,
            "given": self.given,
            "reason": self.reason,
            "provisions": list(self.provisions),
            "read_again": self.read_again,
            "details": [detail.as_data() for detail in self.details],
        }

    def as_html(self) -> str:
        """The explanation as a section that reads on its own, light or dark, left to right or right to
        left."""
        points = _("{points} of {out_of} points").format(points=f"{float(self):g}", out_of=f"{self.out_of:g}")
        parts = [f"<p><strong>{html.escape(self.question)}: {html.escape(points)}</strong></p>"]
        if self.given:
            answer = html.escape(_("Your answer: {given}").format(given=self.given))
            parts.append(f'<p style="white-space:pre-line">{answer}</p>')
        parts.append(f"<p>{html.escape(self.reason)}</p>")
        if self.details:
            rows = "".join(f"<li>{_detail_html(detail)}</li>" for detail in self.details)
            parts.append(f"<ul>{rows}</ul>")
        if self.provisions:
            links = "; ".join(_cite_html(reference) for reference in self.provisions)
            parts.append(f"<p>{html.escape(_('Rests on:'))} {links}</p>")
        if self.read_again:
            lesson, _hash, section = self.read_again.partition("#")
            where = _("lesson {lesson}").format(lesson=lesson)
            if section:
                where = _("lesson {lesson}, section {section}").format(
                    lesson=lesson, section=section.replace("-", " ")
                )
            parts.append(f"<p>{html.escape(_('Read again: {where}.').format(where=where))}</p>")
        colour = {"full": "#1a7f37", "partial": "#9a6700"}.get(self.state, "#b35900")
        style = (
            f"border-inline-start:.35em solid {colour};padding-inline-start:.9em;margin:.4em 0;max-width:46em"
        )
        return (
            f'<section class="hanoikit-mark" dir="{direction()}" style="{style}">{"".join(parts)}</section>'
        )

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": self.as_html(), MIME: self.as_data()}

    def __repr__(self) -> str:
        return float.__repr__(self)

    def __reduce__(self) -> Any:
        data = self.as_data()
        details = tuple(Detail(**detail) for detail in data.pop("details"))
        points = data.pop("points")
        return (_again, (points, data | {"details": details}))


def _again(points: float, rest: dict[str, Any]) -> Mark:
    return Mark(points, **rest)


class NoCredit(AssertionError):
    """Nothing is awarded for this answer; ``mark`` holds the explanation."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(f"{mark.question}: {mark.reason}")
        self.mark = mark

    def _render_traceback_(self) -> list[str]:
        # A full trace would print the hidden test, and with it the author key, into the trainee's feedback.
        return [_("No points: {reason}").format(reason=str(self))]


def award(
    question: str,
    out_of: float,
    judgement: Judgement,
    *,
    given: str,
    state: str = "",
    cite: str | Sequence[str] = (),
    read: str = "",
) -> Mark:
    """The mark for a judgement; raises NoCredit, after showing the explanation, when nothing is earned.

    ``out_of`` is the number of points of the cell; marks are rounded to hundredths of a point.
    """
    points = min(round(out_of * judgement.share, 2), float(out_of)) if not state else 0.0
    provisions = [
        part.strip() for part in (cite.split(",") if isinstance(cite, str) else cite) if part.strip()
    ]
    mark = Mark(
        points,
        question=question,
        out_of=float(out_of),
        state=state or ("full" if points >= out_of else "partial" if points > 0 else "none"),
        given=given,
        reason=judgement.reason,
        provisions=provisions,
        read_again=read,
        details=judgement.details,
    )
    if points <= 0:
        publish(mark._repr_mimebundle_())
        raise NoCredit(mark)
    return mark


def _detail_html(detail: Detail) -> str:
    sign = {True: "✓ ", False: "✗ ", None: ""}[detail.right]
    word = {True: _("right"), False: _("wrong"), None: ""}[detail.right]
    spoken = (
        f'<span aria-hidden="true">{sign}</span><span style="{_UNSEEN}">{html.escape(word)} </span>'
        if sign
        else ""
    )
    return f"{spoken}<strong>{html.escape(detail.part)}</strong> {html.escape(detail.text)}"


_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"


def _cite_html(reference: str) -> str:
    try:
        from hanoikit.convention import cite

        return cite(reference).html()
    except (
        Exception
    ):  # the mark must come out even where a citation cannot be rendered (a standard, missing data)
        return html.escape(_("art. {ref}").format(ref=reference) if reference[:1].isdigit() else reference)
