"""Runs nbgrader's test modules in a process of their own and says how each test ended.

>>> run("by_command", ["test_nbgrader_export"])["test_nbgrader_export"]["test_help"]
Ended(outcome='passed', text='')
"""

from __future__ import annotations

import ast
import getpass
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import nbgrader

import hanoikit

HERE = Path(__file__).parent
APPS = Path(nbgrader.__file__).parent / "tests" / "apps"
AUTOGRADE = "test_nbgrader_autograde"
MORE = [
    "test_nbgrader_db",
    "test_nbgrader_export",
    "test_nbgrader_fetchfeedback",
    "test_nbgrader_generate_feedback",
    "test_nbgrader_list",
    "test_nbgrader_releasefeedback",
    "test_nbgrader_update",
]
"""nbgrader's other test modules that mark a hand-in on their way; ``test_api`` brings its own settings."""
FORMS = ("by_command", "by_steps")


@dataclass(frozen=True)
class Ended:
    """How a test ended: passed, skipped or failed; ``text`` is pytest's account of it."""

    outcome: str
    text: str = ""


def run(form: str, modules: Sequence[str], only: Sequence[str] = ()) -> dict[str, dict[str, Ended]]:
    """Module -> test -> how it ended. ``only`` names tests; none: all."""
    with tempfile.TemporaryDirectory(prefix="nbgrader-own-") as folder:
        report = Path(folder) / "report.xml"
        command = [
            *(sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "quicker", "-p", form),
            *("-p", "no:cacheprovider"),
            *("-c", os.devnull, "--rootdir", str(APPS.parents[2]), "--junit-xml", str(report), "--pyargs"),
            *(f"nbgrader.tests.apps.{module}" for module in modules),
        ]
        if only:
            command += ["-k", " or ".join(only)]
        ended = subprocess.run(
            command, cwd=folder, env=_environment(folder), capture_output=True, text=True, check=False
        )
        if not report.is_file():
            raise AssertionError(ended.stdout[-3000:] + ended.stderr[-3000:])
        return _read(report)


def _environment(folder: str) -> dict[str, str]:
    here = [str(Path(hanoikit.__file__).resolve().parent.parent), str(HERE)]
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        # nbgrader starts a program that lies beside this Python.
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(here),
        "JUPYTER_CONFIG_DIR": folder,
        "USER": os.environ.get("USER") or getpass.getuser(),
    }


def _read(report: Path) -> dict[str, dict[str, Ended]]:
    found: dict[str, dict[str, Ended]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        module = next(part for part in case.get("classname", "").split(".") if part.startswith("test_"))
        ended = Ended("passed")
        for kind, outcome in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
            what = case.find(kind)
            if what is not None:
                ended = Ended(outcome, (what.get("message") or "") + "\n" + (what.text or ""))
        found.setdefault(module, {})[case.get("name", "")] = ended
    return found


def expected() -> dict[str, dict[str, dict[str, str]]]:
    """Form -> "module::test" -> class, line and reason of what does not pass."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (HERE / "expected.json").read_text(encoding="utf-8")
    )
    return found


def changes(form: str, ended: dict[str, dict[str, Ended]], *, whole: bool = True) -> list[str]:
    """Everything that is not as ``expected.json`` says; ``whole``: the tests of these modules were all run."""
    known = expected()[form]
    found = []
    seen = {}
    for module, tests in ended.items():
        for test, how in tests.items():
            name = f"{module}::{test}"
            seen[name] = how
            entry = known.get(name)
            if entry is None:
                if how.outcome != "passed":
                    found.append(f"{name}: {how.outcome}, expected to pass\n{how.text[-1500:]}")
            elif how.outcome != ("skipped" if entry["class"] == "skipped" else "failed"):
                found.append(f"{name}: {how.outcome}, expected: {entry['class']}")
            elif entry["line"] not in how.text:
                found.append(f"{name}: it does not end at {entry['line']!r}\n{how.text[-1500:]}")
    if whole:
        gone = [name for name in known if name.partition("::")[0] in ended and name not in seen]
        found += [f"{name}: is listed, but does not exist" for name in gone]
    return found


def titles(module: str) -> dict[str, str]:
    """Test -> its first words, in nbgrader's order, read without running anything."""
    tree = ast.parse((APPS / f"{module}.py").read_text(encoding="utf-8"))
    return {
        node.name: " ".join((ast.get_docstring(node) or "").split())
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
