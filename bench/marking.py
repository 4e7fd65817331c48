"""Marking: just marks on the public corpus, and notebooks a second, against nbgrader as it is.

>>> from bench import marking            # doctest: +SKIP
>>> marking.run()                        # doctest: +SKIP
[{'name': 'marking, small notebook: notebooks a second', 'ours': ..., 'peer': ..., 'met': True}, ...]

Speed is that of the commands ``hanoikit class autograde`` and ``nbgrader autograde``, gradebook and folders
included, in two copies of one course directory with the same hand-ins. Both start first with one hand-in alone; what
that took is taken off the time of the rest, so that neither is measured by its start. The corpus runs behind walls
only (``tests/corpus/stock.py``); without bubblewrap those rows say so.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.corpus import stock
from tests.corpus.case import Case
from tests.corpus.collection import cases
from tests.corpus.runner import Outcome, judge
from tests.corpus.workbench import SOLUTIONS, source

from bench import _classroom, _otter
from bench._commands import Watch, load, seconds_of
from hanoikit.errors import HanoiKitError
from hanoikit.grading import cells

SMALL, HEAVY = 60, 15
"""Times as fast as stock: on small notebooks, and on those that import pandas, plotly and ipywidgets."""
MEMORY = 200
"""MiB resident in one worker."""
IMPORTS = (
    "import ipywidgets\nimport pandas as pd\nimport plotly.graph_objects as go\n\n"
    "pd.DataFrame({'n': [1, 2]}).sum()"
)


def run(
    *,
    copies: int = 300,
    stock_copies: int = 12,
    otter_copies: int = 3,
    trainees: int = 30,
    chosen: tuple[Case, ...] | None = None,
) -> list[dict[str, Any]]:
    """All rows, each with the load of the machine before it. ``copies`` hand-ins for us, ``stock_copies`` for
    nbgrader, ``otter_copies`` for otter, a class of ``trainees``, ``chosen`` cases of the corpus.
    """
    rows: list[dict[str, Any]] = []
    for measure in (
        lambda: speed("small notebook", SMALL, "", copies=copies, stock_copies=stock_copies),
        lambda: speed(
            "pandas, plotly, ipywidgets", HEAVY, IMPORTS, copies=copies // 3, stock_copies=stock_copies
        ),
        lambda: [_otter.row(copies=otter_copies)],
        lambda: _classroom.class_of(trainees),
        lambda: [_classroom.own_work()],
        lambda: corpus(cases() if chosen is None else chosen),
    ):
        before = load()
        rows += [{**row, "load": before} for row in measure()]
    return rows


# the corpus


def corpus(chosen: tuple[Case, ...]) -> list[dict[str, Any]]:
    """How many cases each engine marks justly; the list of nbgrader's marks goes to standard error."""
    if reason := stock.missing():
        return [{"name": "corpus", "skipped": reason}]
    theirs = stock_verdicts(chosen)
    ours, why = trusted_outcomes(chosen)
    print(stock.as_text(theirs), file=sys.stderr)
    peer = f"nbgrader {importlib.metadata.version('nbgrader')}"

    def row(name: str, mine: int, other: int, *, wanted: int) -> dict[str, Any]:
        return {
            "name": f"corpus: {name}",
            "ours": f"{mine} of {len(chosen)}" if ours else why,
            "peer": f"{other} of {len(chosen)} ({peer})",
            "ratio": None,
            "target": str(wanted),
            "met": bool(ours) and mine == wanted,
        }

    def gave(kind: str) -> int:
        return sum(one.kind == kind for one in theirs)

    return [
        row("just marks", sum(one.right for one in ours), gave("right"), wanted=len(chosen)),
        row("points not earned", sum(map(too_much, ours)), gave("too much"), wanted=0),
        row("earned points lost", sum(map(too_little, ours)), gave("too little"), wanted=0),
        row(
            "no mark at all",
            sum(not one.points and not one.case.refused for one in ours),
            gave("no mark"),
            wanted=0,
        ),
        row(
            "secrets read, files changed",
            sum(any(word in fault for fault in one.faults for word in ("secret", "changed")) for one in ours),
            sum(bool(one.harm) for one in theirs),
            wanted=0,
        ),
    ]


def stock_verdicts(chosen: tuple[Case, ...]) -> list[stock.Verdict]:
    """What nbgrader gives, each hand-in in a course of its own behind a wall."""
    found = []
    with (
        tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True) as folder,
        stock.Stock(Path(folder)) as peer,
    ):
        for verdict in peer.mark_all(chosen):
            found.append(verdict)
            print(f"\rnbgrader: {len(found)} of {len(chosen)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def trusted_outcomes(chosen: tuple[Case, ...]) -> tuple[list[Outcome], str]:
    """What our engine gives, and why there is nothing if there is nothing."""
    from hanoikit.grading.trusted import Limits, TrustedEngine

    found = []
    with tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        try:
            engine = TrustedEngine(limits=Limits(cell_seconds=4, call_seconds=2.5), keep=folder / "marked")
        except HanoiKitError as error:
            return [], str(error)
        with engine:
            for number, case in enumerate(chosen):
                found.append(judge(engine, case, folder / str(number)))
                shutil.rmtree(folder / str(number), ignore_errors=True)
                if not found[-1].right:
                    print(f"ours: {case.name}: {'; '.join(found[-1].faults)}", file=sys.stderr)
    return found, ""


def too_much(outcome: Outcome) -> bool:
    """A question got more than it earned."""
    return any(
        (outcome.points.get(name) or 0) > (just or 0) + 0.005 for name, just in outcome.case.points.items()
    )


def too_little(outcome: Outcome) -> bool:
    """A question got less than it earned."""
    return bool(outcome.points) and any(
        (outcome.points.get(name) or 0) < (just or 0) - 0.005 for name, just in outcome.case.points.items()
    )


# speed


def speed(name: str, target: int, imports: str, *, copies: int, stock_copies: int) -> list[dict[str, Any]]:
    """Two rows: notebooks a second against nbgrader's, and the memory of the largest of our processes."""
    with tempfile.TemporaryDirectory(prefix="speed-", ignore_cleanup_errors=True) as place:
        folder = course(Path(place) / "stock", imports, stock_copies + 1)
        first = seconds_of(["-m", "nbgrader", "autograde", "ps1", "--student=t0000", "--create"], folder)
        (folder / "submitted" / "t0000").rename(Path(place) / "done")
        rest = seconds_of(["-m", "nbgrader", "autograde", "ps1", "--create"], folder)
        theirs = (stock_copies - 1) / max(rest - first, 1e-6)
        folder = course(Path(place) / "ours", imports, copies + 1)
        with Watch() as watch:
            command = ["-m", "hanoikit.cli", "class", "autograde", "ps1"]
            first = seconds_of([*command, "--trainee", "t0000"], folder)
            took = seconds_of(command, folder, watch=watch.follow)
        ours = (copies - 1) / max(took - first, 1e-6)
        earned = totals(folder, copies + 1)
        whole = earned == {7.0} and all(
            (folder / "autograded" / f"t{number:04d}" / "ps1" / "ps1.ipynb").is_file()
            for number in range(copies + 1)
        )
        return [
            {
                "name": f"marking, {name}: notebooks a second",
                "ours": f"{ours:.1f} (all {copies} with the start in {took:.1f} s)"
                if whole
                else f"wrong: {earned}",
                "peer": f"{theirs:.2f} (nbgrader autograde)",
                "ratio": round(ours / theirs, 1),
                "target": f">= {target} times",
                "met": whole and ours / theirs >= target,
            },
            {
                "name": f"marking, {name}: largest process",
                "ours": f"{watch.most / 2**20:.0f} MiB",
                "peer": "",
                "ratio": None,
                "target": f"<= {MEMORY} MiB",
                "met": 0 < watch.most <= MEMORY * 2**20,
            },
        ]


def course(folder: Path, imports: str, copies: int) -> Path:
    """A course directory with one assignment, released, and this many right hand-ins."""
    folder.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'speed'\nc.CourseDirectory.root = {str(folder)!r}\n",
        encoding="utf-8",
    )
    author = cells.read_notebook(source("c02").text)
    if imports:
        cell = {"cell_type": "code", "id": "imports", "metadata": {}, "source": imports, "outputs": []}
        author["cells"].insert(1, cell | {"execution_count": None})
    place = folder / "source" / "ps1" / "ps1.ipynb"
    place.parent.mkdir(parents=True)
    cells.write_notebook(author, place)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1"],
        cwd=folder,
        env=stock.environment(folder / "home"),
        check=True,
        capture_output=True,
    )
    handed_in = cells.read_notebook(folder / "release" / "ps1" / "ps1.ipynb")
    for name, text in SOLUTIONS["c02"].items():
        cells.named(handed_in, name)["source"] = text
    for number in range(copies):
        path = folder / "submitted" / f"t{number:04d}" / "ps1" / "ps1.ipynb"
        path.parent.mkdir(parents=True)
        cells.write_notebook(handed_in, path)
    return folder


def totals(folder: Path, copies: int) -> set[float]:
    """The different totals in the gradebook; a right run has one."""
    found = set()
    for number in range(copies):
        points = stock.scores(folder / "gradebook.db", f"t{number:04d}", "ps1")
        found.add(sum(value or 0.0 for value in points.values()))
    return found
