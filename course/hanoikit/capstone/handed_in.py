"""What the marking of module 11 asks of a handed-in run: the log is checked, the case done again, and judged.

>>> check = CapstoneCheck("work/desk.jsonl", short=True)
>>> {label: verdict().accepted for label, verdict in check.element("freeze").items()}
{'A request with reasons went to the State where the money lay': True, ...}

Each element gives a mapping of labels to verdicts, as ``mark.accepted`` takes them. A log counts when its chain holds,
when every message in it is signed by the trainee's desk, and when the story allows each step at its time. The key of
the desk is in the trainee's hands, as it is in life: who writes a whole log anew can give it other times.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from pathlib import Path

from hanoikit.capstone.judging import Test
from hanoikit.capstone.plan import plan
from hanoikit.capstone.record import Record, alone
from hanoikit.capstone.scoring import Score, score
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.network.handed_in import Verdict


@lru_cache(maxsize=1)
def _again(log: Path, _data: bytes | None, short: bool) -> Record:
    """The record of a log. Five questions are marked from the same one, and doing the case again takes its time."""
    return alone(log, short=short)


class CapstoneCheck:
    """The checks of one run's log.

    Its properties raise ``FileNotFoundError`` without a log, and ``HanoiKitError`` for one that does not hold.
    """

    def __init__(self, log: Path | str, *, short: bool = False) -> None:
        self.log = Path(log)
        self.short = short

    @cached_property
    def record(self) -> Record:
        return _again(self.log, self.log.read_bytes() if self.log.is_file() else None, self.short)

    @cached_property
    def score(self) -> Score:
        return score(self.record)

    def element(self, name: str) -> dict[str, Callable[[], Verdict]]:
        """The tests of one element of Aldermark, by their labels. Raises ``UsageError`` for an unknown element.

        The labels are there without a log, too; each verdict then raises what the log's reading raises.
        """
        known = {one.id: one for one in plan().of(short=self.short, teams=("XA",))}
        if name not in known:
            raise UsageError(
                _("There is no element “{name}”.").format(name=name),
                next_step=_("The elements are: {names}.").format(names=", ".join(known)),
            )
        return {label: partial(self._verdict, name, place) for place, label in enumerate(self._labels(name))}

    def _labels(self, name: str) -> list[str]:
        try:
            tests = self.score.element(name).tests
        except Exception:
            tests = ()
        return [one.label for one in tests] or [_("It was done")]

    def _verdict(self, name: str, place: int) -> Verdict:
        element = self.score.element(name)
        who = _("The record of the run")
        if not element.tests:
            return Verdict(False, who, element.undone if element.asked else element.reason)
        test: Test = element.tests[place]
        return Verdict(test.met, who, f"{test.label}: {test.reason}")
