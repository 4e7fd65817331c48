"""What nbgrader as it is makes of the corpus: every hand-in in a course of its own, behind a wall.

>>> with Stock(folder) as stock:
...     verdict = stock.mark(named("fork-bomb"))
>>> verdict.kind
'no mark'

The wall is bubblewrap with no network, a process space of its own, small file systems in memory for /tmp and /dev/shm,
limits on address space and file size, and a clock. Without bubblewrap nothing is run. nbgrader itself is untouched:
its own configuration, except that a cell has five seconds.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.grading import cells
from tests.corpus.case import FULL, Case
from tests.corpus.runner import differences, prepare, shown_in, token_of
from tests.corpus.scene import VARIABLE, build, changes, fingerprints
from tests.corpus.workbench import Scene, source

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "corpus"
c.CourseDirectory.root = {root!r}
c.Execute.timeout = {seconds}
"""
CELL_SECONDS = 5
CASE_SECONDS = 100
"""For one hand-in; then it is stopped."""
_AS, _FSIZE = 4 << 30, 128 << 20


def missing() -> str:
    """Why stock nbgrader cannot be run on the corpus here; empty when it can."""
    if sys.platform != "linux" or not (shutil.which("bwrap") and shutil.which("prlimit")):
        return "bubblewrap or prlimit is missing, and without a wall the corpus is not run"
    tried = subprocess.run(
        [*_wall(Path("/")), "true"], capture_output=True, text=True, check=False, timeout=30
    )
    return "" if tried.returncode == 0 else f"the wall does not stand: {tried.stderr.strip()[:200]}"


@dataclass(frozen=True)
class Verdict:
    """What stock nbgrader gave, set beside the just mark."""

    case: Case
    points: Mapping[str, float | None]
    error: str
    harm: tuple[str, ...]
    """Files that it changed outside the hand-in, secrets that it shows."""
    seconds: float

    @property
    def kind(self) -> str:
        """``right``, ``too much``, ``too little`` or ``no mark``."""
        if not self.points:
            return "right" if self.case.refused else "no mark"
        by_hand = {name for name, points in FULL[self.case.assignment].items() if points is None}
        just = {name: points for name, points in self.case.points.items() if name not in by_hand}
        given = {name: self.points.get(name) or 0.0 for name in just}
        if not any(differences(just, given)):
            return "right"
        return "too much" if any(given[name] > (just[name] or 0) + 0.005 for name in just) else "too little"

    @property
    def total(self) -> float:
        """Points given, those that a person gives left out."""
        return sum(points or 0.0 for points in self.points.values())

    @property
    def just_total(self) -> float:
        """Points earned, those that a person gives left out."""
        return sum(points or 0.0 for points in self.case.points.values())


class Stock:
    """nbgrader behind a wall. ``folder`` is for its work; it is left empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template = folder / "template"

    def __enter__(self) -> Stock:
        if reason := missing():
            raise RuntimeError(reason)
        self._template.mkdir(parents=True)
        _configure(self._template)
        for name in FULL:
            target = self._template / "source" / name / f"{name}.ipynb"
            target.parent.mkdir(parents=True)
            cells.write_notebook(source(name).notebook, target)
        with tempfile.TemporaryDirectory(prefix="corpus-home-") as home:
            for name in FULL:
                subprocess.run(
                    [sys.executable, "-m", "nbgrader", "generate_assignment", name],
                    cwd=self._template,
                    env=environment(Path(home)),
                    check=True,
                    capture_output=True,
                )
        return self

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self._template, ignore_errors=True)

    def mark(self, case: Case) -> Verdict:
        """Mark one case."""
        return next(iter(self.mark_all([case])))

    def mark_all(self, chosen: Sequence[Case], *, together: int = 8) -> Iterator[Verdict]:
        """Mark cases, some together in one wall, so that nbgrader is imported once for them."""
        for start in range(0, len(chosen), together):
            batch = chosen[start : start + together]
            folder = Path(tempfile.mkdtemp(prefix="wall-", dir=self.folder))
            try:
                grounds = [self._prepare(case, folder) for case in batch]
                while waiting := [ground for ground in grounds if not ground.outcome.exists()]:
                    self._run(waiting, folder)
                    if not waiting[0].outcome.exists():  # the wall fell with the first of them
                        waiting[0].outcome.write_text('{"success": false, "status": "took the wall down"}')
                yield from map(_verdict, grounds)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _prepare(self, case: Case, folder: Path) -> _Ground:
        scene = build(folder / case.name, token_of(case))
        hand_in = prepare(case, scene)
        course = scene.root / "nbgrader"
        shutil.copytree(self._template, course)
        _configure(course)
        target = course / "submitted" / scene.trainee / case.assignment
        target.parent.mkdir(parents=True)
        # cp, because pipes, links and endless paths are copied as they are.
        subprocess.run(["cp", "-a", str(hand_in.folder), str(target)], check=False, capture_output=True)
        return _Ground(case, scene, course, folder / f"{case.name}.json", fingerprints(scene))

    def _run(self, grounds: Sequence[_Ground], folder: Path) -> None:
        orders = folder / "orders.json"
        orders.write_text(json.dumps([ground.order() for ground in grounds]), encoding="utf-8")
        command = [*_wall(folder), sys.executable, "-m", "tests.corpus.stock_inside", str(orders)]
        path = os.pathsep.join([str(ROOT), str(Path(resources.__file__).parents[1])])
        subprocess.run(
            command,
            cwd=ROOT,
            env={**environment(folder), "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=CASE_SECONDS * len(grounds) + 60,
        )


@dataclass(frozen=True)
class _Ground:
    """One case, ready to be marked."""

    case: Case
    scene: Scene
    course: Path
    outcome: Path
    before: Mapping[str, str]

    def order(self) -> dict[str, Any]:
        """What the inside of the wall is told."""
        variables = environment(self.scene.home) | {VARIABLE: self.scene.secrets["environment"]}
        if _installed():  # as on any machine: a path that is set would come before the trainee's own folder
            del variables["PYTHONPATH"]
        return {
            "course": str(self.course),
            "assignment": self.case.assignment,
            "trainee": self.scene.trainee,
            "outcome": str(self.outcome),
            "environment": variables,
            "limit": CASE_SECONDS,
        }


def _installed() -> bool:
    try:
        importlib.metadata.distribution("hanoikit")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _verdict(ground: _Ground) -> Verdict:
    case, scene, course = ground.case, ground.scene, ground.course
    outcome = json.loads(ground.outcome.read_text(encoding="utf-8"))
    changed = [name for name in changes(ground.before, fingerprints(scene)) if not _own(name)]
    harm = [f"changed {name!r}" for name in changed]
    shown = course / "autograded" / scene.trainee / case.assignment / f"{case.assignment}.ipynb"
    if shown.is_file():
        text = shown_in(shown)
        harm += [f"shows the secret of the {place}" for place, word in scene.secrets.items() if word in text]
        harm += [f"shows {word}" for word in case.forbidden if word in text]
    points: dict[str, float | None] = {}
    error = ""
    if outcome["success"]:
        points = scores(course / "gradebook.db", scene.trainee, case.assignment)
    else:
        words = re.findall(r"(\w*(?:Error|Exception|Died)\b[^\n]{0,120})", str(outcome.get("log", "")))
        error = words[-1] if words else str(outcome.get("status", ""))
    return Verdict(case, points, error, tuple(harm), float(outcome.get("seconds", 0.0)))


def _configure(course: Path) -> None:
    text = CONFIG.format(root=str(course), seconds=CELL_SECONDS)
    (course / "nbgrader_config.py").write_text(text, encoding="utf-8")


def _own(name: str) -> bool:
    """nbgrader's own work and its settings in the home folder."""
    tops = (
        "nbgrader/autograded/",
        "nbgrader/gradebook.db",
        "nbgrader/.",
        "nbgrader/log.txt",
        "home/.",
        "home/jupyter",
    )
    if name.startswith("home/ipython/"):
        return "/startup/" not in name or name.endswith("/startup/README")
    return name.startswith(tops) or "/__pycache__/" in name


def environment(home: Path) -> dict[str, str]:
    """A plain environment: this Python, this checkout, a home of its own."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": str(Path(resources.__file__).parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "0",
        "JUPYTER_CONFIG_DIR": str(home / "jupyter-config"),
        "JUPYTER_DATA_DIR": str(home / "jupyter-data"),
        "JUPYTER_RUNTIME_DIR": str(home / "jupyter-runtime"),
    }


def _wall(folder: Path) -> list[str]:
    """bubblewrap and limits; only ``folder`` can be written to."""
    own = [] if folder == Path("/") else ["--bind", str(folder), str(folder)]
    seen = {ROOT, Path(resources.__file__).parents[1], Path(sys.prefix), Path(sys.base_prefix)}
    return [
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
        "--size", str(512 << 20), "--tmpfs", "/tmp", "--size", str(256 << 20), "--tmpfs", "/dev/shm",
        *(part for path in sorted(seen) for part in ("--ro-bind", str(path), str(path))),
        *own,
        "prlimit", f"--as={_AS}", f"--fsize={_FSIZE}", "--core=0",
    ]  # fmt: skip


def scores(gradebook: Path, trainee: str, assignment: str) -> dict[str, float | None]:
    """The points in nbgrader's own database; empty when there is no marked submission."""
    import sqlite3

    query = """
        select cell.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade
        from grade
        join base_cell as cell on cell.id = grade.cell_id
        join submitted_notebook as notebook on notebook.id = grade.notebook_id
        join submitted_assignment as submitted on submitted.id = notebook.assignment_id
        join assignment on assignment.id = submitted.assignment_id
        where submitted.student_id = ? and assignment.name = ?
    """
    try:
        book: Any = sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True)
        try:
            rows = book.execute(query, [trainee, assignment]).fetchall()
        finally:
            book.close()
    except sqlite3.Error as error:
        return {"gradebook": None, str(error)[:80]: None}
    return {name: auto if manual is None else manual for name, auto, manual, _needs in rows}


def as_text(verdicts: list[Verdict]) -> str:
    """One line a case."""
    lines = []
    for verdict in verdicts:
        given = "no mark" if not verdict.points else f"{verdict.total:g}"
        harm = f"  ({'; '.join(verdict.harm)[:90]})" if verdict.harm else ""
        lines.append(
            f"{verdict.kind:10} {verdict.case.name:34} {given:>7} for {verdict.just_total:g}"
            f"{'  ' + verdict.error[:80] if verdict.error else ''}{harm}"
        )
    return "\n".join(lines)


def as_json(verdicts: list[Verdict]) -> str:
    """The same as data."""
    rows = [
        {
            "case": one.case.name,
            "kind": one.kind,
            "points": dict(one.points),
            "error": one.error,
            "harm": list(one.harm),
        }
        for one in verdicts
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False)
