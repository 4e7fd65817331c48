"""Kills at random moments, and what a course directory holds: for the tests of faults and for ``bench/faults.py``.

>>> Kills(random.Random(7)).mark(course)      # runs ``hanoikit class autograde`` again until it is done
{'command': 3, 'wall': 2, 'zygote': 4, 'hand-in': 9}
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

import hanoikit

MARKS = """
select s.student_id, n.name, b.name, b.type, g.auto_score, g.manual_score, g.needs_manual_grade
from grade g join submitted_notebook sn on sn.id = g.notebook_id join notebook n on n.id = sn.notebook_id
join submitted_assignment s on s.id = sn.assignment_id join base_cell b on b.id = g.cell_id
union all
select s.student_id, n.name, b.name, 'comment', g.auto_comment, g.manual_comment, s.timestamp
from comment g join submitted_notebook sn on sn.id = g.notebook_id join notebook n on n.id = sn.notebook_id
join submitted_assignment s on s.id = sn.assignment_id join base_cell b on b.id = g.cell_id
"""


def environment() -> dict[str, str]:
    """For a process of its own: this very kit, and the programs beside this Python."""
    return {
        **os.environ,
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
        "PYTHONPATH": str(Path(hanoikit.__file__).resolve().parent.parent),
    }


def command(root: Path, *words: str) -> list[str]:
    """``hanoikit class autograde`` for this course."""
    return [sys.executable, "-m", "hanoikit.cli", "class", "autograde", "ps1", "--course", str(root), *words]


def gradebook(root: Path) -> list[tuple[object, ...]]:
    """All grades and comments, without the keys that are different each time."""
    connection = sqlite3.connect(root / "gradebook.db")
    try:
        return sorted(connection.execute(MARKS).fetchall(), key=repr)
    finally:
        connection.close()


def tree(root: Path) -> dict[str, bytes]:
    """Every file below the autograded folder."""
    folder = root / "autograded"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


_TURNS = (("hand-in",), ("wall", "stem", "zygote"), ("hand-in",), ("wall", "stem", "zygote"), ("command",))


@dataclass
class Kills:
    """Runs the command until it is done, and kills a process of its own at random moments."""

    rng: random.Random
    every: tuple[float, float] = (0.15, 0.9)
    """Seconds from one kill to the next."""
    most: int = 60
    done: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    words: str = ""
    """What the last run said."""

    def mark(self, root: Path) -> Counter[str]:
        """The kills, by what was hit. The last run, after ``most`` kills, is left alone."""
        while True:
            self.runs += 1
            process = subprocess.Popen(
                command(root, "--jobs", "2"),
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            self._disturb(process)
            said, _none = process.communicate()
            self.words = said.decode("utf-8", "replace")
            if process.returncode == 0:
                return self.done
            if process.returncode not in (1, -signal.SIGKILL) or self.runs > 4 * self.most:
                raise RuntimeError(f"code {process.returncode}: {self.words[-600:]}")

    def _disturb(self, process: subprocess.Popen[bytes]) -> None:
        top = psutil.Process(process.pid)
        while process.poll() is None and self.done.total() < self.most:
            until = time.monotonic() + self.rng.uniform(*self.every)
            while process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            if process.poll() is not None:
                return
            kind, victim = self._victim(top)
            while victim is None and process.poll() is None:
                time.sleep(0.01)
                kind, victim = self._victim(top)
            if victim is None:
                return
            try:
                victim.kill()
            except psutil.Error:
                continue
            self.done[kind] += 1
            if victim.pid == process.pid:
                return

    def _victim(self, top: psutil.Process) -> tuple[str, psutil.Process | None]:
        found: dict[str, list[psutil.Process]] = {"command": [top]}
        try:
            below = top.children(recursive=True)
        except psutil.Error:
            return "", None
        for one in below:
            found.setdefault(kind_of(one, {other.pid: other for other in below}), []).append(one)
        # In turn, so that each is hit whatever the machine's speed: a hand-in, what it is forked from, the command.
        turn = _TURNS[self.done.total() % len(_TURNS)]
        kinds = sorted(kind for kind in turn if kind in found and len(found) > 1)
        if not kinds:
            return "", None
        kind = self.rng.choice(kinds)
        return kind, self.rng.choice(found[kind])


def kind_of(process: psutil.Process, below: dict[int, Any]) -> str:
    """``wall`` (bubblewrap), ``stem``, ``zygote``, or ``hand-in``, which is a trainee's process or a judge's."""
    try:
        if process.name() == "bwrap":
            return "wall"
        names = []
        above = below.get(process.ppid())
        while above is not None and above.name() != "bwrap":
            names.append(above.name())
            above = below.get(above.ppid())
        return ("stem", "zygote")[len(names)] if len(names) < 2 else "hand-in"
    except psutil.Error:
        return ""
