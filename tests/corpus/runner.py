"""Judges a marking engine by the corpus, one case at a time.

>>> outcome = judge(engine, case, folder)
>>> outcome.right, outcome.faults
(True, ())

A case is right when every question got its just mark, a person is asked to look where one must, nothing outside the
hand-in was read, changed or reached, and nothing runs on. ``python -m tests.corpus`` prints the list of cases.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hanoikit.errors import GradingError
from hanoikit.grading import Engine, HandIn, MarkedAssignment, cells
from tests.corpus.case import FULL, NOTHING, Case, Points
from tests.corpus.collection import cases
from tests.corpus.scene import Listener, changes, fingerprints, left_behind, stage
from tests.corpus.workbench import Scene, Work, source

__all__ = ["Outcome", "cases", "judge", "named", "prepare"]


class Hangs(BaseException):
    """The engine did not come back."""


@dataclass(frozen=True)
class Outcome:
    """What an engine made of one case."""

    case: Case
    points: Points
    human: bool
    findings: tuple[str, ...]
    faults: tuple[str, ...]
    """What is not as it must be, one sentence each."""
    seconds: float
    error: str = ""
    """Why there are no marks."""

    @property
    def right(self) -> bool:
        return not self.faults


def named(name: str) -> Case:
    """The case of this name."""
    return next(case for case in cases() if case.name == name)


def token_of(case: Case) -> str:
    """A name for the processes of a case: at most 15 characters, as the kernel keeps it."""
    return f"hk{os.getpid() % 10000:04d}{hashlib.sha256(case.name.encode()).hexdigest()[:8]}"


def prepare(case: Case, scene: Scene) -> HandIn:
    """Make the hand-in of a case where a course directory has it."""
    folder = scene.submitted(scene.trainee, case.assignment)
    case.make(Work.begin(folder, case.assignment, case.base, scene))
    return HandIn(trainee=scene.trainee, folder=folder)


def judge(engine: Engine, case: Case, folder: Path) -> Outcome:
    """Let the engine mark the case on a ground below ``folder``, and look at everything that came of it."""
    with Listener() as listener, stage(folder / "ground", token_of(case), port=listener.port) as scene:
        hand_in = prepare(case, scene)
        listener.listen(scene)
        before = fingerprints(scene)
        faults: list[str] = []
        marked, error, seconds = _mark(engine, case, hand_in)
        faults += _marks(case, marked, error)
        changed = changes(before, fingerprints(scene))
        faults += [f"changed outside: {name!r}" for name in changed]
        faults += [f"reached: {call}" for call in listener.calls]
        faults += _leaks(case, scene, marked)
        if stays := _wait_for_none(scene.token):
            faults.append(f"still running: {len(stays)} processes")
            for pid in stays:  # ours: they carry this case's own token
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        if case.aftermath:
            faults += _aftermath(engine, case, scene)
    return Outcome(
        case=case,
        points={mark.question: mark.points for mark in marked.questions} if marked else {},
        human=flagged(marked) if marked else True,
        findings=tuple(finding.code for finding in marked.findings) if marked else (),
        faults=tuple(faults),
        seconds=seconds,
        error=str(error) if error else "",
    )


def flagged(marked: MarkedAssignment) -> bool:
    """Whether a person is asked to look, written answers apart."""
    return any(mark.needs_human and not mark.by_hand for mark in marked.questions) or any(
        finding.severity == "error" for finding in marked.findings
    )


def _mark(
    engine: Engine, case: Case, hand_in: HandIn
) -> tuple[MarkedAssignment | None, BaseException | None, float]:
    start = time.monotonic()
    try:
        with _patience(case.seconds):
            return engine.mark(hand_in, source(case.assignment)), None, time.monotonic() - start
    except (Exception, Hangs) as error:
        return None, error, time.monotonic() - start


@contextlib.contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Raise Hangs after this time; without effect outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(int(seconds))
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _marks(case: Case, marked: MarkedAssignment | None, error: BaseException | None) -> Iterator[str]:
    if isinstance(error, Hangs):
        yield f"the engine did not come back in {case.seconds:g} s"
    elif error is not None and not isinstance(error, GradingError):
        yield f"the engine itself failed: {type(error).__name__}: {error}"
    elif error is not None and not case.refused:
        yield f"no marks at all: {error}"
    elif error is not None and not getattr(error, "next_step", ""):
        yield "it refused without saying what to do next"
    if marked is None:
        return
    if case.refused:
        yield "it marked what cannot be marked"
    yield from differences(case.points, {mark.question: mark.points for mark in marked.questions})
    for mark in marked.questions:
        if mark.points is not None and not 0 <= mark.points <= mark.out_of:
            yield f"{mark.question}: {mark.points} points of {mark.out_of}"
    if case.human is not None and flagged(marked) is not case.human:
        codes = ", ".join(f"{finding.code} ({finding.severity})" for finding in marked.findings)
        yield f"a person {'must' if case.human else 'need not'} look; findings: {codes or 'none'}"
    found = {finding.code for finding in marked.findings}
    for wanted in case.findings:
        if not found & set(wanted.split("|")):
            yield f"no finding {wanted}; there are: {', '.join(sorted(found)) or 'none'}"


def differences(just: Points, given: Points) -> Iterator[str]:
    """Questions that got another mark than the just one."""
    for question in {**just, **given}:
        wanted, got = just.get(question, 0.0), given.get(question, "no mark")
        same = wanted == got or (
            isinstance(wanted, float) and isinstance(got, (int, float)) and abs(wanted - got) < 0.005
        )
        if not same:
            yield f"{question}: {got} points instead of {wanted}"


def _leaks(case: Case, scene: Scene, marked: MarkedAssignment | None) -> Iterator[str]:
    """Secrets and forbidden words in anything that the hand-in's code could have written."""
    if marked is None:
        return
    produced = {"the explanations": json.dumps(marked.to_json(), default=str, ensure_ascii=False)}
    if marked.notebook is not None and marked.notebook.is_file():
        produced["the marked notebook"] = shown_in(marked.notebook)
        for path in marked.notebook.parent.rglob("*"):
            if (
                path.is_file()
                and not path.is_symlink()
                and path.suffix != ".ipynb"
                and path.stat().st_size < 1 << 22
            ):
                produced[path.name] = path.read_bytes().decode("utf-8", "replace")
        if "<script>corpus" in pages_in(marked.notebook):
            yield "a script of the hand-in's would run where the marks are read"
    words = {**{word: f"the secret of the {place}" for place, word in scene.secrets.items()}}
    words |= {word: word for word in case.forbidden}
    for place, text in produced.items():
        for word, name in words.items():
            if word in text:
                yield f"{name} is in {place}"


def shown_in(path: Path) -> str:
    """What the notebook's cells put out; the author's own text of the cells is left aside."""
    notebook: Mapping[str, Any] = cells.read_notebook(path)
    return json.dumps([cell.get("outputs", []) for cell in notebook["cells"]], ensure_ascii=False)


def pages_in(path: Path) -> str:
    """The HTML that marking cells show."""
    notebook: Mapping[str, Any] = cells.read_notebook(path)
    outputs = [
        output for cell in notebook["cells"] if cells.is_graded(cell) for output in cell.get("outputs", [])
    ]
    return "\n".join(str(output.get("data", {}).get("text/html", "")) for output in outputs)


def _wait_for_none(token: str, *, seconds: float = 30.0) -> list[int]:
    until = time.monotonic() + seconds
    while (found := left_behind(token)) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _aftermath(engine: Engine, case: Case, scene: Scene) -> Iterator[str]:
    """The hand-ins that are marked next get what they are worth."""
    for trainee, base, just in (("after-idle", "idle", NOTHING), ("after-model", "model", FULL["c01"])):
        folder = scene.submitted(trainee, "c01")
        Work.begin(folder, "c01", base, replace(scene, trainee=trainee))
        marked, error, _seconds = _mark(engine, case, HandIn(trainee=trainee, folder=folder))
        if marked is None:
            yield f"afterwards {trainee} was not marked: {error!r}"
            continue
        given = {mark.question: mark.points for mark in marked.questions}
        for difference in differences({question: just.get(question, 0.0) for question in given}, given):
            yield f"afterwards {trainee}: {difference}"
