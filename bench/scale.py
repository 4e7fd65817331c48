"""Scale: thousands of hand-ins in one run of ``hanoikit class autograde``, and memory that does not grow.

python -m bench.scale --hand-ins 10000
python -m bench.scale --hand-ins 2000 --executor dask

A class is made in a temporary folder and marked by the real command. Every 500 hand-ins the memory (MiB resident),
open files and threads of the command and the processes below it are read. At the end nothing may be left over: no
process, no temporary file, no waiting folder; every mark is in the gradebook and every folder in its place.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.marking import course, stock

STEP = 500
GROWTH = 1.2
"""The most that memory may be at the end, as a multiple of that at the first thousand."""


@dataclass(frozen=True)
class Look:
    """The command and what is below it at one moment; memory in MiB."""

    done: int
    seconds: float
    parent: float
    below: float
    processes: int
    descriptors: int
    threads: int


def run(*, hand_ins: int = 2_000) -> list[dict[str, Any]]:
    """One row; a smaller class than the script's own default."""
    looks, left = measure(hand_ins)
    early, last = _early(looks), looks[-1]
    flat = last.parent <= GROWTH * early.parent and last.below <= GROWTH * early.below
    return [
        {
            "name": f"marking, {hand_ins} hand-ins: memory of the command",
            "ours": f"{early.parent:.0f} MiB at {early.done}, {last.parent:.0f} MiB at the end; left over: "
            + (", ".join(left) or "nothing"),
            "peer": "",
            "ratio": round(last.parent / early.parent, 2),
            "target": f"<= {GROWTH}",
            "met": flat and not left,
        }
    ]


def measure(hand_ins: int, *, executor: str = "local", show: bool = False) -> tuple[list[Look], list[str]]:
    """Mark a class of this size; what was seen on the way, and what was wrong or left over afterwards."""
    import psutil

    with tempfile.TemporaryDirectory(prefix="scale-") as place:
        folder = course(Path(place) / "course", "", hand_ins)
        temporary = Path(place) / "tmp"
        temporary.mkdir()
        command = [sys.executable, "-m", "hanoikit.cli", "class", "autograde", "ps1", "--json"]
        started = time.monotonic()
        process = subprocess.Popen(
            [*command, "--executor", executor],
            cwd=folder,
            env=stock.environment(folder / "home") | {"TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        looks: list[Look] = []
        states: dict[str, int] = {}
        top = psutil.Process(process.pid)
        everyone: set[Any] = set()
        for count, line in enumerate(process.stdout, start=1):
            state = str(json.loads(line)["state"])
            states[state] = states.get(state, 0) + 1
            if count % STEP == 0:
                looks.append(_look(top, count, time.monotonic() - started))
                everyone |= set(top.children(recursive=True))
                if show:
                    print(_line(looks[-1]), flush=True)
        process.wait()
        wrong = _wrong(folder, hand_ins, states)
        deadline = time.monotonic() + 10
        while any(one.is_running() for one in everyone) and time.monotonic() < deadline:
            time.sleep(0.1)
        wrong += [f"process {one.pid}" for one in everyone if one.is_running()]
        wrong += [f"temporary {path.name}" for path in temporary.iterdir()]
        return looks, wrong


def _look(top: Any, done: int, seconds: float) -> Look:
    import psutil

    below = 0.0
    children = top.children(recursive=True)
    for one in children:
        try:
            below += one.memory_info().rss / 2**20
        except psutil.Error:
            continue
    return Look(
        done,
        seconds,
        top.memory_info().rss / 2**20,
        below,
        len(children),
        top.num_fds(),
        top.num_threads(),
    )


def _early(looks: list[Look]) -> Look:
    return next((one for one in looks if one.done >= 1_000), looks[0])


def _wrong(folder: Path, hand_ins: int, states: dict[str, int]) -> list[str]:
    wrong = [] if states == {"marked": hand_ins} else [f"states {states}"]
    filed = sum(1 for one in (folder / "autograded").iterdir() if not one.name.startswith("."))
    if filed != hand_ins:
        wrong.append(f"{filed} folders")
    wrong += [f"waiting {one.name}" for one in (folder / "autograded").iterdir() if one.name.startswith(".")]
    query = (
        "select total, count(*) from (select sum(g.auto_score) total from grade g join submitted_notebook n "
        "on n.id = g.notebook_id group by n.assignment_id) group by total"
    )
    with sqlite3.connect(folder / "gradebook.db") as connection:
        totals = connection.execute(query).fetchall()
    if totals != [(7.0, hand_ins)]:
        wrong.append(f"totals {totals}")
    return wrong


def _line(look: Look) -> str:
    return (
        f"{look.done:8d} {look.seconds:8.0f} {look.parent:10.1f} {look.below:10.1f} {look.processes:10d} "
        f"{look.descriptors:10d} {look.threads:8d}"
    )


def main() -> int:
    """The script."""
    parser = argparse.ArgumentParser(description="Mark a large class and watch memory.")
    parser.add_argument("--hand-ins", type=int, default=10_000)
    parser.add_argument("--executor", choices=["local", "dask"], default="local")
    given = parser.parse_args()
    if shutil.which("bwrap") is None:
        print("bubblewrap is missing; nothing is measured.")
        return 1
    print("hand-ins  seconds  parent MiB  below MiB  processes  descriptors  threads")
    looks, wrong = measure(given.hand_ins, executor=given.executor, show=True)
    early, last = _early(looks), looks[-1]
    print(
        f"{last.done / last.seconds:.1f} a second; parent {last.parent / early.parent:.2f} times that at {early.done}"
    )
    for one in wrong:
        print(f"wrong: {one}")
    assert not wrong
    assert last.parent <= GROWTH * early.parent, "the memory of the command grows"
    assert last.below <= GROWTH * early.below, "the memory of the processes below grows"
    assert last.descriptors <= early.descriptors + 4, "open files grow"
    return 0


if __name__ == "__main__":
    sys.exit(main())
