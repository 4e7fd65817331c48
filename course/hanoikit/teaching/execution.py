"""Which notebook ran when, with what, and how it ended: every lesson and assignment is run in a fresh trainee's folder.

>>> record = run(folder, now=clock, before=Record.read(path))
>>> record.runs[0].ok
True

A notebook is not run again when its text, the kit's code and the versions of libraries are those of its last run; the
page says when that was. Nothing in a record is written by hand.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from hanoikit.i18n import _
from hanoikit.teaching.markup import Node

LIBRARIES = (
    "jupyterlab",
    "nbgrader",
    "ipykernel",
    "ipywidgets",
    "anywidget",
    "plotly",
    "numpy",
    "cryptography",
    "pytsk3",
)
TIMEOUT = 600
"""Seconds that one cell may take."""

_RUN = """
import json, sys
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=%d, kernel_name="python3", allow_errors=True).execute()
failed = [
    (cell.get("id", ""), output["ename"])
    for cell in notebook.cells if cell.cell_type == "code"
    for output in cell.outputs if output.output_type == "error"
]
code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
print(json.dumps({"cells": len(code), "failed": failed}))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook that was run: ``when`` in UTC, ``seconds`` from start to end with the start of its kernel, and the
    first cell that ended in an error.
    """

    name: str
    kind: str
    when: str
    seconds: float
    cells: int
    failed: str
    fingerprint: str

    @property
    def ok(self) -> bool:
        return not self.failed


@dataclass(frozen=True, slots=True)
class Record:
    """All runs, and what they ran on."""

    python: str
    system: str
    versions: dict[str, str]
    runs: tuple[Run, ...]

    @classmethod
    def read(cls, path: Path) -> Record | None:
        """The record in a file; ``None`` when there is none that can be read."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                data["python"], data["system"], data["versions"], tuple(Run(**one) for one in data["runs"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def notebooks(workspace: Path) -> list[Path]:
    """Every lesson and every assignment of a trainee's folder, in the order of the modules."""
    found = [*workspace.glob("lessons/m*.ipynb"), *workspace.glob("exercises/*/m*.ipynb")]
    return sorted(found, key=lambda path: (path.stem, path.parts[-2] != "lessons"))


def run(
    workspace: Path,
    *,
    clock: Callable[[], datetime],
    before: Record | None = None,
    only: Sequence[Path] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Record:
    """Run the notebooks of a trainee's folder that are not in the record ``before`` as they are now.

    ``tell`` hears the name of each notebook before it is run or left out.
    """
    versions = {name: found for name in LIBRARIES if (found := _version(name))}
    kit = _version("hanoikit")
    here = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    known = {(one.name, one.kind): one for one in (before.runs if before else ())}
    runs = []
    for path in notebooks(workspace) if only is None else only:
        kind = "lesson" if path.parts[-2] == "lessons" else "assignment"
        tell(path.stem)
        told = json.dumps([here, versions, kit, _code()], sort_keys=True).encode() + path.read_bytes()
        fingerprint = hashlib.sha256(told).hexdigest()
        old = known.get((path.stem, kind))
        if old is not None and old.fingerprint == fingerprint and old.ok:
            runs.append(old)
        else:
            runs.append(_one(path, kind, clock(), fingerprint))
    return Record(here["python"], here["system"], {"hanoikit": kit, **versions}, tuple(runs))


def _one(path: Path, kind: str, when: datetime, fingerprint: str) -> Run:
    environment = {
        **{
            name: value for name, value in os.environ.items() if not name.startswith(("NBGRADER", "HANOIKIT"))
        },
        "PYTHONUTF8": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _RUN % TIMEOUT, path.name],
        cwd=path.parent,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    seconds = round(time.perf_counter() - started, 1)
    cells, failed = 0, _("the notebook did not run to its end")
    if done.returncode == 0:
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        cells = result["cells"]
        failed = " ".join(result["failed"][0]) if result["failed"] else ""
    stamp = when.strftime("%Y-%m-%d %H:%M")
    return Run(path.stem, kind, stamp, seconds, cells, failed, fingerprint)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


@cache
def _code() -> str:
    """A hash of the kit's own program files: what a notebook does depends on them."""
    package = Path(__file__).parent.parent
    total = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        # The teaching material itself changes nothing that a notebook does.
        if path.is_relative_to(Path(__file__).parent):
            continue
        total.update(path.read_bytes())
    return total.hexdigest()


def page(record: Record | None) -> list[Node]:
    """The status page as blocks."""
    if record is None or not record.runs:
        return [_p(_("No notebook was run for this page. Run “hanoikit docs” without --no-run."))]
    good = sum(one.ok for one in record.runs)
    told = _("{good} of {all} notebooks ran from their first cell to their last without an error.").format(
        good=good, all=len(record.runs)
    )
    machine = _("Python {python} on {system}. The time includes the start of the kernel.").format(
        python=record.python, system=record.system
    )
    rows = [
        [
            [one.name],
            [_("lesson") if one.kind == "lesson" else _("assignment, as handed out")],
            [_("ran whole") if one.ok else _("stopped: {why}").format(why=one.failed)],
            [f"{one.when} UTC"],
            [f"{one.seconds:.1f}"],
            [str(one.cells)],
        ]
        for one in record.runs
    ]
    heads = [_("Notebook"), _("Kind"), _("Result"), _("When"), _("Seconds"), _("Code cells")]
    versions = [[[name], [version]] for name, version in record.versions.items()]
    return [
        _p(told),
        _p(machine),
        {"t": "h", "level": 2, "id": "notebooks", "c": [_("Notebooks")]},
        {"t": "table", "head": [[head] for head in heads], "rows": rows},
        {"t": "h", "level": 2, "id": "versions", "c": [_("Versions")]},
        {"t": "table", "head": [[_("Package")], [_("Version")]], "rows": versions},
    ]


def _p(text: str) -> Node:
    return {"t": "p", "c": [text]}
