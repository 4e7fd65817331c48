"""A pytest plugin: nbgrader's own tests, with ``hanoikit class autograde`` in the place of its command.

    pytest -p by_command --pyargs nbgrader.tests.apps.test_nbgrader_autograde

The words behind the command stay as the tests have them, but for ``--course``, which is a course's name there and
its folder here. An exit code other than 0 is what nbgrader's 1 is.
"""

from __future__ import annotations

from typing import Any

from nbgrader import tests

from hanoikit.cli import run

_nbgraders = tests.run_nbgrader


def run_nbgrader(args: list[str], retcode: int = 0, **known: Any) -> str:
    """nbgrader's own helper, but for one command."""
    if args[0] != "autograde":
        return str(_nbgraders(args, retcode=retcode, **known))
    words = " ".join(args).replace("--course ", "--CourseDirectory.course_id=").split(" ")
    code = run(["class", *words])
    if bool(code) != bool(retcode):
        raise AssertionError(f"process returned an unexpected return code: {code}")
    return ""


tests.run_nbgrader = run_nbgrader
