"""The engine: hand-ins in, trusted marks out.

>>> with TrustedEngine() as engine:
...     marked = engine.mark(HandIn(trainee="amal", folder=folder), source)
>>> marked.percent, marked.needs_human
(83.3, False)

Trainees' code and the author's tests run in two isolated processes that never meet; see ``session``. Several
hand-ins are marked at once by :meth:`TrustedEngine.mark_many`.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from hanoikit.errors import Finding, GradingError
from hanoikit.grading import cells
from hanoikit.grading.engine import Outcome
from hanoikit.grading.handin import HandIn
from hanoikit.grading.marks import MarkedAssignment
from hanoikit.grading.trusted import warm
from hanoikit.grading.trusted.filing import notebook_bytes
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.marked import questions_of, with_outputs
from hanoikit.grading.trusted.notebook_source import NotebookSource
from hanoikit.grading.trusted.nursery import Nursery
from hanoikit.grading.trusted.outer import Outer, Wall
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.grading.trusted.reading import Assignment, read_hand_in
from hanoikit.grading.trusted.script import Plan, is_marking, sources, steps
from hanoikit.grading.trusted.session import Record, Session
from hanoikit.grading.trusted.stem import Role, Stem
from hanoikit.i18n import _


@dataclass(frozen=True)
class Paper:
    """One marked hand-in with all that is written down about it."""

    marked: MarkedAssignment
    notebook: dict[str, Any]
    """The marked notebook, ready for nbgrader's autograded folder."""
    record: Record
    parcel: Parcel


_MOST_BENCHES = 4


@dataclass(frozen=True)
class _Bench:
    """What the engine keeps for one author's notebook."""

    source: Assignment
    plan: Plan
    runner: Nursery
    judge: Nursery

    def close(self) -> None:
        self.runner.close()
        self.judge.close()


class TrustedEngine:
    """An :class:`~hanoikit.grading.engine.Engine` with a wall between trainees' code and the marks.

    ``wall`` is the outer wall, by default the one of this machine; making the engine raises
    :class:`~hanoikit.errors.ToolMissing` or :class:`GradingError` where hand-ins cannot be isolated. ``keep``
    is a folder for the marked notebooks. ``tests_inside`` gives up the wall between trainee and tests for
    notebooks that do not use the kit's marks, and flags every mark of theirs. Use it in a ``with`` statement,
    or close it. One engine marks one hand-in at a time; :meth:`mark_many` uses one engine for each of its
    threads.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        wall: Wall | None = None,
        keep: Path | None = None,
        tests_inside: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self.wall: Wall = Outer.found() if wall is None else wall
        self.keep = keep
        self.tests_inside = tests_inside
        self._benches: dict[int, _Bench] = {}
        self._stems: dict[Role, Stem] = {}
        self._twins: list[TrustedEngine] = []

    def __enter__(self) -> TrustedEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process, those of its twins too."""
        self.forget()
        for stem in self._stems.values():
            stem.close()
        self._stems.clear()
        while self._twins:
            self._twins.pop().close()

    def forget(self) -> None:
        """End what was started for single assignments; what all need stays ready."""
        for bench in self._benches.values():
            bench.close()
        self._benches.clear()

    def prepare(self, source: Assignment) -> None:
        """Start what this assignment needs, without waiting for it."""
        bench = self._bench(source)
        bench.runner.start()
        bench.judge.start()

    def mark(self, hand_in: HandIn, source: Assignment) -> MarkedAssignment:
        """Mark one hand-in; see :meth:`hanoikit.grading.engine.Engine.mark`."""
        paper = self.mark_paper(hand_in, source)
        if self.keep is None:
            return paper.marked
        from dataclasses import replace

        self.keep.mkdir(parents=True, exist_ok=True)
        path = self.keep / f"{hand_in.trainee}-{source.name}.ipynb"
        path.write_bytes(notebook_bytes(paper.notebook))
        return replace(paper.marked, notebook=path)

    def mark_paper(self, hand_in: HandIn, source: Assignment, *, parcel: Parcel | None = None) -> Paper:
        """Mark one hand-in; the marks with the marked notebook."""
        self.prepare(source)
        bench = self._bench(source)
        kit = is_kit(source)
        if parcel is None:
            parcel = Parcel.collect(hand_in.folder, self.limits)
        admitted = read_hand_in(parcel, source, self.limits, kit=kit)
        # The author's own files win over files of the same name, as with nbgrader.
        own = author_files(source)
        files = {name: data for name, data in {**parcel.files, **own}.items() if not name.endswith(".ipynb")}
        bench.judge.expect(warm.called_for(files, bench.judge.modules))
        session = Session(bench.runner, bench.judge, self.limits)
        if self.tests_inside and not kit:
            record = session.mark_inside(admitted.notebook, Parcel(files), name=source.name)
        else:
            todo = steps(admitted.notebook, bench.plan)
            record = session.mark(todo, Parcel(files), Parcel(modules_of(own)), name=source.name)
        findings = [*admitted.findings, *record.findings, *self._flags()]
        notebook = with_outputs(admitted.notebook, record)
        questions, more = questions_of(notebook, record, source)
        marked = MarkedAssignment(
            assignment=source.name,
            title=source.title,
            trainee=hand_in.trainee,
            questions=tuple(questions),
            findings=(*findings, *more),
            pass_mark=source.pass_mark,
        )
        return Paper(marked, notebook, record, parcel)

    def mark_many(
        self, hand_ins: Iterable[HandIn], source: Assignment, *, jobs: int = 0
    ) -> Iterator[Outcome]:
        """Mark hand-ins side by side, in their order; one that cannot be marked does not stop the others."""
        for hand_in, result in papers(self, hand_ins, source, jobs=jobs):
            if isinstance(result, GradingError):
                yield Outcome(hand_in, error=result)
            else:
                yield Outcome(hand_in, marked=result.marked)

    def twin(self) -> TrustedEngine:
        """Another engine with the same settings, for another thread; it is closed with this one."""
        made = TrustedEngine(
            limits=self.limits, wall=self.wall, keep=self.keep, tests_inside=self.tests_inside
        )
        self._twins.append(made)
        return made

    def _stem(self, role: Role) -> Stem:
        if role not in self._stems:
            self._stems[role] = Stem(role, self.wall)
        return self._stems[role]

    def _bench(self, source: Assignment) -> _Bench:
        found = self._benches.get(id(source))
        if found is None:
            _only_python(source)
            plan = Plan.of(source.notebook)
            released = [
                {"n": place, "source": cells.source_of(cell)}
                for place, cell in enumerate(source.release["cells"])
                if cell["cell_type"] == "code" and not is_marking(cell)
            ]
            # What tests alone import, trainees' cells hardly will.
            theirs = (cell for cell in source.notebook["cells"] if not is_marking(cell))
            modules = warm.imports_of(sources({"cells": list(theirs)}))
            runner = Nursery(self._stem("runner"), modules=modules, cells=released)
            modules = warm.imports_of(sources(source.notebook))
            judge = Nursery(self._stem("judge"), modules=modules, cells=plan.author_cells)
            found = self._benches[id(source)] = _Bench(source, plan, runner, judge)
            if len(self._benches) > _MOST_BENCHES:
                self._benches.pop(next(iter(self._benches))).close()
        return found

    def _flags(self) -> list[Finding]:
        if self.wall.isolated:
            return []
        message = _("This was marked without isolation: the code could have changed anything.")
        return [Finding("not-isolated", message, severity="warning")]


def _only_python(source: Assignment) -> None:
    metadata = source.notebook.get("metadata") or {}
    language = str((metadata.get("kernelspec") or {}).get("language") or "python").lower()
    if language not in {"python", "python3", "ipython"}:
        raise GradingError(
            _("This notebook is in {language}; only Python can be marked here.").format(language=language),
            where=source.name,
            next_step=_("Mark it with: nbgrader autograde"),
        )


def author_files(source: Assignment) -> Mapping[str, bytes]:
    """The files that lie beside the author's notebook and belong to the assignment."""
    if isinstance(source, NotebookSource):
        return source.files
    text = getattr(source, "text", None)
    if not isinstance(text, Path):
        return {}
    skip = {".ipynb", ".md"}
    found = {}
    for path in sorted(text.parent.rglob("*")):
        part = path.relative_to(text.parent)
        if (
            path.is_file()
            and path.suffix not in skip
            and not any(one.startswith((".", "__")) for one in part.parts)
        ):
            found[part.as_posix()] = path.read_bytes()
    return found


def modules_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of the author's files that tests may import."""
    return {name: data for name, data in files.items() if name.endswith(".py")}


def is_kit(source: Assignment) -> bool:
    """Whether the assignment uses the kit's own marks and answer sheet."""
    return any(is_marking(cell) and "mark." in cells.source_of(cell) for cell in source.notebook["cells"])


def fingerprint(parcel: Parcel, sources: str = "") -> str:
    """SHA-256 over everything that a mark depends on: the author's notebooks (``sources``, see
    :func:`print_of`) and the files of the hand-in.
    """
    digest = hashlib.sha256(sources.encode())
    for name, content in parcel.files.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def print_of(sources: Iterable[Assignment]) -> str:
    """SHA-256 over the author's notebooks."""
    text = json.dumps([[source.name, source.notebook] for source in sources], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def papers(
    engine: TrustedEngine, hand_ins: Iterable[HandIn], source: Assignment, *, jobs: int = 0
) -> Iterator[tuple[HandIn, Paper | GradingError]]:
    """Mark hand-ins side by side; results come in the order of the hand-ins, a bounded number ahead."""
    from collections import deque
    from concurrent.futures import Future, ThreadPoolExecutor

    jobs = jobs or default_jobs()
    own = threading.local()
    engines: list[TrustedEngine] = []
    lock = threading.Lock()

    def one(hand_in: HandIn) -> Paper | GradingError:
        if not hasattr(own, "engine"):
            with lock:
                own.engine = engine if not engines else engine.twin()
                engines.append(own.engine)
        try:
            found: Paper = own.engine.mark_paper(hand_in, source)
            return found
        except GradingError as error:
            return error

    waiting: deque[tuple[HandIn, Future[Paper | GradingError]]] = deque()
    pool = ThreadPoolExecutor(jobs)
    try:
        for hand_in in hand_ins:
            waiting.append((hand_in, pool.submit(one, hand_in)))
            if len(waiting) >= 4 * jobs:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for twin in engines[1:]:
            twin.close()


def default_jobs() -> int:
    """Hand-ins at once: one for each processor that this process may use, and one for the gaps between."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return found + 1
