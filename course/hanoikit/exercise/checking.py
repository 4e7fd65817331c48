"""Checking one's own answers before handing in: what is missing, never what is right.

>>> check("m04-q3")
m04-q3: incomplete. Choose the zone. Hint: The log says which zone it uses.
>>> check()
9 of 11 questions answered. Still open: 7, 10.
"""

from __future__ import annotations

import contextlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanoikit.errors import AnswerMalformed, Finding, SheetError
from hanoikit.exercise.book import BOOK
from hanoikit.exercise.records import Record
from hanoikit.i18n import _, direction, ngettext

_LARGEST_NOTEBOOK = 20 << 20


@dataclass(frozen=True)
class Check:
    """What can be said about one answer without marking it. ``state``: unanswered, incomplete, malformed or
    complete."""

    question: str
    state: str
    advice: tuple[str, ...] = ()
    hint: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.state == "complete"

    @property
    def well_formed(self) -> bool:
        """Whether there is an answer that this kind of question can have."""
        return self.state in {"complete", "incomplete"}

    def __repr__(self) -> str:
        words = {
            "unanswered": _("not answered yet."),
            "incomplete": _("incomplete."),
            "malformed": _("not a possible answer."),
            "complete": _("complete."),
        }
        hint = (_("Hint: {hint}").format(hint=self.hint),) if self.hint else ()
        return " ".join([f"{self.question}: {words[self.state]}", *self.advice, *hint])

    def _repr_html_(self) -> str:
        return f'<p dir="{direction()}">{html.escape(repr(self))}</p>'


@dataclass(frozen=True)
class Summary:
    """What is still open in a whole assignment, and anything odd about its answer sheet.

    In a notebook it stays true: it is shown anew at each answer to a question of ``folder``.
    """

    checks: tuple[Check, ...]
    findings: tuple[Finding, ...] = ()
    folder: Path | None = field(default=None, compare=False, repr=False)

    @property
    def still_open(self) -> tuple[str, ...]:
        """The questions without a complete answer, in the order of the notebook."""
        return tuple(check.question for check in self.checks if not check.complete)

    def lines(self) -> list[str]:
        """The summary in sentences."""
        total, still_open = len(self.checks), self.still_open
        if not total:
            lines = [_("No question has been asked here yet. Run the notebook from the top.")]
        else:
            done = ngettext("{done} of {n} question answered.", "{done} of {n} questions answered.", total)
            lines = [done.format(done=total - len(still_open), n=total)]
            if still_open:
                lines[0] += " " + _("Still open: {questions}.").format(
                    questions=", ".join(map(_number, still_open))
                )
            lines += [repr(check) for check in self.checks if check.state in {"incomplete", "malformed"}]
        return lines + [str(finding) for finding in self.findings if finding.severity != "note"]

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return "".join(f'<p dir="{direction()}">{html.escape(line)}</p>' for line in self.lines())

    def _ipython_display_(self) -> None:
        from IPython.display import display

        handle = display(self._data(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if self.folder is not None and handle is not None:
            _SHOWN[self.folder] = shown = _Shown(self.folder, handle)
            for check in self.checks:
                BOOK.listen(check.question, shown)

    def _data(self) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}


class _Shown:
    """A summary on the screen. People answer after it was shown; it must not say then that nothing is answered."""

    def __init__(self, folder: Path, handle: Any) -> None:
        self._folder, self._handle = folder, handle

    def refresh(self) -> None:
        # Whatever goes wrong on the screen, the answer counts.
        with contextlib.suppress(Exception):
            self._handle.update(_summary(self._folder, "")._data(), raw=True)


_SHOWN: dict[Path, _Shown] = {}
"""The last summary that was shown of each assignment: the book holds its listeners weakly."""


def _number(question: str) -> str:
    return question.rpartition("-q")[2]


def check(question: str | None = None) -> Check | Summary:
    """Check one answer, or without a name the whole assignment. Says nothing about what is right."""
    trouble = ""
    try:
        BOOK.retry()
    except SheetError as error:
        trouble = str(error)
    return _summary(Path.cwd(), trouble) if question is None else _check(question, trouble)


def _check(question: str, trouble: str = "", read: Mapping[str, Record] | None = None) -> Check:
    asked = BOOK.asked.get(question)
    hint = asked.hint if asked else ""
    try:
        saved = BOOK.saved(question, read=read)
    except SheetError as error:
        return Check(question, "unanswered", (str(error),), hint)
    if saved is None or saved.value is None:
        return Check(question, "unanswered", (), hint)
    waiting = () if saved.on_disk else (trouble or _("Not saved yet: waiting for the disk."),)
    if asked is None:
        return Check(question, "complete", waiting)
    try:
        value = asked.kind.validate(saved.value)
    except AnswerMalformed as error:
        return Check(question, "malformed", (str(error), *waiting), hint)
    missing = asked.kind.missing(value)
    return Check(question, "incomplete" if missing else "complete", (*missing, *waiting), hint)


def _summary(folder: Path, trouble: str) -> Summary:
    shown = [name for name, asked in BOOK.asked.items() if asked.folder == folder]
    names = list(dict.fromkeys([*_questions_in(folder), *shown]))
    if not names:
        return Summary(())
    sheet = BOOK.sheet_of(names[0])
    findings = sheet.findings()
    if trouble:
        findings.insert(0, Finding("not-saved", trouble))
    read: dict[str, Record] = {}
    with contextlib.suppress(SheetError):  # the findings say why it cannot be read
        read = sheet.current()
    return Summary(tuple(_check(name, trouble, read) for name in names), tuple(findings), folder)


def _questions_in(folder: Path) -> list[str]:
    # The notebook itself lists its questions, so that one whose cell was never run is not forgotten.
    names: list[str] = []
    for path in sorted(folder.glob("*.ipynb")):
        with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
            if path.stat().st_size > _LARGEST_NOTEBOOK:
                continue
            for cell in json.loads(path.read_bytes())["cells"]:
                name = cell.get("metadata", {}).get("hanoikit", {}).get("question")
                if isinstance(name, str):
                    names.append(name)
    return names
