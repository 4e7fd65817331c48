"""Who marks the hand-ins of a course run, and how many at once. Here: this machine's processors.

>>> executor = LocalExecutor(engine, jobs=3)
>>> for result in executor.each(hand_ins, job): ...

A job reads a hand-in (``begin``) and puts its marks away (``end``); what lies between can be done anywhere.
:mod:`hanoikit.grading.trusted.cluster` does it on a dask cluster, with the same results.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hanoikit.errors import GradingError, HanoiKitError
from hanoikit.grading.handin import HandIn
from hanoikit.grading.trusted.engine import Paper, TrustedEngine, default_jobs
from hanoikit.grading.trusted.notebook_source import NotebookSource
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.i18n import _

AHEAD = 4
"""Hand-ins that are read ahead, for each that is marked at the same time; so memory does not grow with the class."""
Item = TypeVar("Item", contravariant=True)
R = TypeVar("R", covariant=True)
S = TypeVar("S")


@dataclass(frozen=True)
class Work:
    """One hand-in with its files."""

    student: str
    parcel: Parcel
    print: str
    """What its marks depend on; see :func:`hanoikit.grading.trusted.engine.fingerprint`."""
    timestamp: datetime | None


class Job(Protocol[Item, R]):
    """What is done with each hand-in before and after it is marked, by the process that writes the marks."""

    @property
    def sources(self) -> Mapping[str, NotebookSource]:
        """The author's notebooks of the assignment."""

    def begin(self, item: Item) -> Work | R:
        """Read the hand-in; a result when there is nothing to mark."""

    def end(self, work: Work, papers: Mapping[str, Paper]) -> R:
        """Make the result of the marked notebooks."""

    def failed(self, item: Item, error: HanoiKitError) -> R:
        """The result of a hand-in that could not be marked."""


class Executor(Protocol):
    """Marks hand-ins, several at once."""

    def each(self, items: Iterable[Any], job: Job[Any, S]) -> Iterator[S]:
        """The results in the order of the items, a bounded number ahead. Errors of one hand-in stop no other."""

    def close(self) -> None:
        """Let go of everything that it started."""


class LocalExecutor:
    """Marks on this machine: one engine for each hand-in at a time. ``jobs`` 0: one more than processors."""

    def __init__(self, engine: TrustedEngine, *, jobs: int = 0) -> None:
        self._jobs = jobs or default_jobs()
        self._engine = engine
        self._twins: list[TrustedEngine] = []

    def each(self, items: Iterable[Any], job: Job[Any, S]) -> Iterator[S]:
        """See :meth:`Executor.each`."""
        while len(self._twins) < self._jobs - 1:
            self._twins.append(self._engine.twin())
        idle = [self._engine, *self._twins]

        def one(item: Any) -> S:
            engine = idle.pop()
            try:
                work = job.begin(item)
                if not isinstance(work, Work):
                    return work
                return job.end(work, mark_all(engine, work.student, work.parcel, job.sources))
            except HanoiKitError as error:
                return job.failed(item, error)
            finally:
                idle.append(engine)

        waiting: deque[Future[S]] = deque()
        pool = ThreadPoolExecutor(self._jobs)
        try:
            for item in items:
                waiting.append(pool.submit(one, item))
                if len(waiting) >= AHEAD * self._jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            # The next assignment needs other zygotes, from the same stems.
            for engine in (self._engine, *self._twins):
                engine.forget()

    def close(self) -> None:
        """End the engines that it made; the one that was given stays."""
        for twin in self._twins:
            twin.close()
        self._twins.clear()


def mark_all(
    engine: TrustedEngine, student: str, parcel: Parcel, sources: Mapping[str, NotebookSource]
) -> dict[str, Paper]:
    """Mark every notebook of a hand-in; raises :class:`GradingError` when there is none, or none can be."""
    hand_in = _hand_in(student)
    papers: dict[str, Paper] = {}
    for name, source in sources.items():
        if f"{name}.ipynb" not in parcel.files and len(sources) > 1:
            continue
        own = parcel
        if len(sources) > 1:
            others = {f"{other}.ipynb" for other in sources if other != name}
            own = Parcel({k: v for k, v in parcel.files.items() if k not in others}, parcel.findings)
        papers[name] = engine.mark_paper(hand_in, source, parcel=own)
    if not papers:
        raise GradingError(
            _("There is no notebook in the hand-in."),
            where=student,
            next_step=_("Ask for the notebook, put it into the folder and run this again."),
        )
    return papers


def _hand_in(student: str) -> HandIn:
    try:
        # The files come in the parcel.
        return HandIn(trainee=student, folder=Path())
    except ValueError as error:
        raise GradingError(
            _("This name cannot be used in a gradebook: {name}.").format(name=student[:100]),
            next_step=_("Rename the folder: letters, digits and . _ @ - only."),
        ) from error
