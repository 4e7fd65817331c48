"""The small notebook for ``otter run``: the same cells and the same checks, in the form that otter takes.

>>> from bench import _otter                 # doctest: +SKIP
>>> _otter.row(copies=3)["peer"]             # doctest: +SKIP
'0.12 notebooks a second (otter run 7.0.0)'

otter-grader (BSD) is no dependency of the kit: it goes into an environment of its own, in a temporary folder that is
removed at the end. Where it cannot be had, the row says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

from tests.corpus.workbench import SOLUTIONS, source

from bench._commands import seconds_of
from hanoikit.grading import cells

OTTER = "otter-grader==7.0.0"
INSTALL_SECONDS = 420
RUN_SECONDS = 120
TOTAL = 7.0
_IMPORT = "from otter.test_files import test_case"
TESTS = {
    "cubes_right": (1.0, ["def test_0(cubes):\n    assert cubes(1) == [1]\n    assert cubes(2) == [1, 8]\n"
                          "    assert cubes(5) == [1, 8, 27, 64, 125]\n"]),
    "cubes_refuses": (1.0, ["def test_0(cubes):\n    for wrong in (0, -4):\n        try:\n            cubes(wrong)\n"
                            "        except ValueError:\n            pass\n        else:\n"
                            "            raise AssertionError('did not raise ValueError')\n"]),
    "sum_right": (2.0, ["def test_0(sum_of_cubes):\n    assert sum_of_cubes(1) == 1\n    assert sum_of_cubes(3) == 36\n"
                        "    assert sum_of_cubes(10) == 3025\n"]),
    "label_right": (2.0, [f"def test_{number}(label):\n    assert label({size}) == {text!r}\n" for number, (size, text)
                          in enumerate([(512, "512 B"), (2048, "2.0 KiB"), (3145728, "3.0 MiB"), (1536, "1.5 KiB")])]),
    "digits_right": (1.0, ["def test_0(digits):\n    assert digits == 64\n"]),
}  # fmt: skip
"""The marking cells of the small notebook as otter's exception-based tests: points, and the cases that share them."""


def row(*, copies: int) -> dict[str, Any]:
    """One row of the table; ``copies`` hand-ins, one ``otter run`` each, as otter is used without containers."""
    name = "marking, small notebook: against otter run"
    if os.name != "posix":
        return {"name": name, "skipped": "otter run is compared on Linux and macOS only"}
    with tempfile.TemporaryDirectory(prefix="otter-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        try:
            programs = install(folder / "environment")
            theirs, version = rate(folder, programs, copies)
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            said = getattr(error, "stderr", b"") or str(error).encode()
            lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
            reason = lines[-1].strip()[:160] if lines else type(error).__name__
            return {"name": name, "skipped": f"otter-grader could not be installed or run: {reason}"}
        ours, whole = own_rate(folder / "ours")
    return {
        "name": name,
        "ours": f"{ours:.1f} notebooks a second" if whole else "wrong marks",
        "peer": f"{theirs:.2f} notebooks a second (otter run {version})",
        "ratio": round(ours / theirs, 1),
        "target": "",
        "met": None,
    }


def install(folder: Path) -> Path:
    """otter in an environment of its own; the folder with its programs."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    command = [
        str(programs / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        OTTER,
    ]
    subprocess.run([*command, "ipykernel"], check=True, capture_output=True, timeout=INSTALL_SECONDS)
    return programs


def rate(folder: Path, programs: Path, copies: int) -> tuple[float, str]:
    """Notebooks a second of ``otter run``, each in a process of its own, and otter's version."""
    assignment = folder / "assignment"
    (assignment / "tests").mkdir(parents=True)
    for name, (points, functions) in TESTS.items():
        (assignment / "tests" / f"{name}.py").write_text(test_file(name, points, functions), encoding="utf-8")
    submission = assignment / "ps1.ipynb"
    cells.write_notebook(notebook(), submission)
    environment = {
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", "")]),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
    }

    def run(*words: str) -> None:
        subprocess.run(
            [str(programs / "otter"), *words],
            cwd=assignment,
            env=environment,
            check=True,
            capture_output=True,
            timeout=RUN_SECONDS,
        )

    run("generate", "-t", "tests", "-o", "autograder.zip", "--no-environment")
    run("run", "-a", "autograder.zip", "-o", ".", submission.name)  # the first reads everything from the disk
    start = time.perf_counter()
    for _copy in range(copies):
        run("run", "-a", "autograder.zip", "-o", ".", submission.name)
        scores = json.loads((assignment / "results.json").read_bytes())["tests"]
        total = sum(float(one.get("score") or 0) for one in scores)
        if abs(total - TOTAL) > 0.01:
            raise RuntimeError(f"otter gave {total} of {TOTAL} points")
    took = time.perf_counter() - start
    return copies / took, OTTER.partition("==")[2]


def test_file(name: str, points: float, functions: list[str]) -> str:
    """One of otter's test files (https://otter-grader.readthedocs.io, "Exception-Based Format")."""
    share = points / len(functions)
    cases = "\n\n".join(f"@test_case(points={share}, hidden=True)\n{text}" for text in functions)
    return f"OK_FORMAT = False\n\n{_IMPORT}\n\nname = {name!r}\npoints = {points}\n\n{cases}"


def notebook() -> dict[str, Any]:
    """The small notebook with right answers, as its students would hand it in to otter."""
    made = cells.read_notebook(source("c02").text)
    kept = []
    for cell in made["cells"]:
        if cells.is_graded(cell) and cell["cell_type"] == "code":
            text = f"grader.check({cells.grade_id(cell)!r})"
        else:
            text = SOLUTIONS["c02"].get(cells.grade_id(cell), cells.source_of(cell))
        kept.append({**cell, "metadata": {}, "source": text})
    first = {"cell_type": "code", "id": "otter", "metadata": {}, "outputs": [], "execution_count": None}
    begin = {**first, "source": "import otter\n\ngrader = otter.Notebook()"}
    return {**made, "cells": [begin, *kept]}


def own_rate(folder: Path, copies: int = 100) -> tuple[float, bool]:
    """Our notebooks a second in the same minute, and whether every mark is right."""
    from bench.marking import course, totals

    course(folder, "", copies + 1)
    command = ["-m", "hanoikit.cli", "class", "autograde", "ps1"]
    first = seconds_of([*command, "--trainee", "t0000"], folder)
    took = seconds_of(command, folder)
    return (copies - 1) / max(took - first, 1e-6), totals(folder, copies + 1) == {TOTAL}
