"""The record of the whole case and its debrief as steps of its panel.

>>> [step.id for step in RecordSteps(run, "Europe/Helsinki").steps()]
['record', 'debrief']
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.i18n import _, ngettext
from hanoikit.labs import capstone_shown
from hanoikit.labs.bench_folder import writing
from hanoikit.labs.html import bullets, code, details, join, sentence, strong
from hanoikit.labs.panel import Button, Field, Result, Step, Values

if TYPE_CHECKING:
    from hanoikit.capstone import CapstoneRun

PAGE = "debrief.html"
REHEARSED = ("preserve", "wide")
"""The elements that the rehearsal looks back on, with the decision about the second."""


class RecordSteps:
    """The steps about the record over one run."""

    def __init__(self, run: CapstoneRun, zone: str, *, stop: datetime | None = None) -> None:
        self.run, self.zone, self.stop = run, zone, stop

    def steps(self) -> list[Step]:
        return [self._record(), self._debrief()]

    # 7

    def _record(self) -> Step:
        return Step(
            "record",
            _("7. The record"),
            sentence(
                _(
                    "Each line carries the hash of the line before it. Note the number and the hash of the last line "
                    "outside, for example on paper: only then can a later change be seen."
                )
            ),
            buttons=[Button("check", _("Check the record"))],
            run=self._run_record,
        )

    def _run_record(self, values: Values) -> Result:
        from hanoikit.trust.chain import Chain

        problems = self.run.check_log()
        if problems:
            said = _("The record does not hold.")
            return Result(
                join(sentence(strong(said)), bullets(str(one) for one in problems)), say=said, ok=False
            )
        chain = Chain.from_bytes(Path(self.run.path).read_bytes())
        count = len(chain.lines)
        said = ngettext("The record holds: {n} line.", "The record holds: {n} lines.", count).format(n=count)
        head = sentence(
            _("Last line: number {number}, hash").format(number=chain.head.index),
            code(chain.head.hash[:16] + " …"),
        )
        return Result(
            join(sentence(strong(said)), head, capstone_shown.record(chain.lines, self.run, self.zone)),
            say=said,
        )

    # 8

    def _debrief(self) -> Step:
        if self.stop is not None:
            return Step(
                "debrief",
                _("8. Look back"),
                sentence(_("What became of these two hours, and why.")),
                buttons=[Button("show", _("Look back"))],
                run=self._run_look_back,
            )
        return Step(
            "debrief",
            _("8. The debrief"),
            sentence(
                _(
                    "The page plays your case again as a line of time, with the moments that decided it. It says what "
                    "was right, so look at it when your case is over."
                )
            ),
            fields=[
                Field(
                    "sure",
                    "checks",
                    _("Before the end of the story"),
                    (("yes", _("Show it although my case is not over")),),
                    [],
                )
            ],
            buttons=[Button("show", _("Show the debrief"))],
            run=self._run_debrief,
        )

    def _run_look_back(self, values: Values) -> Result:
        score = self.run.score()
        wide = next((one.title for one in self.run.matters() if one.id == "wide"), "")
        # Of the decisions only the one that the rehearsal asks for: the case has more, and they come later.
        record = score.element("decisions")
        tests = tuple(one for one in record.tests if wide and wide in one.label)
        record = replace(record, tests=tests, asked=bool(tests))
        found = [*(score.element(name) for name in REHEARSED), record]
        share = sum(one.earned for one in found) / (sum(one.points for one in found if one.asked) or 1)
        said = _("{share} % of what the rehearsal asks for.").format(share=round(100 * share))
        return Result(join(sentence(strong(said)), capstone_shown.score(found, self.zone)), say=said)

    def _run_debrief(self, values: Values) -> Result:
        if not self.run.over and "yes" not in values.get("sure", []):
            said = _("Your case is not over yet.")
            why = _("Go to its end in step 1, or tick the box if you want to see it now.")
            return Result(join(sentence(strong(said)), sentence(why)), say=said, ok=False)
        from hanoikit.capstone import debrief

        record = self.run.record()
        score = self.run.score()
        page = debrief.page(record, score)
        path = self.run.folder / PAGE
        with writing(self.run.folder):
            path.write_text(page, encoding="utf-8")
        said = _("{share} % of the points of the exercise.").format(share=round(100 * score.share))
        return Result(
            join(
                sentence(strong(said)),
                sentence(_("The whole page is in your folder, as"), code(path.as_posix())),
                capstone_shown.frame(page, _("The debrief page of your case")),
                details(_("The points, one by one"), capstone_shown.score(score.elements, self.zone)),
            ),
            say=said,
        )
