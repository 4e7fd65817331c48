"""The process that nbgrader runs in: one JSON order a line comes in, one JSON answer a line goes out.

>>> {"step": "autograde", "assignment": "m04-evidence-chain", "trainee": "amal"}       # doctest: +SKIP
{"success": true, "error": "", "log": "...", "scores": {"m04-q1": {"auto_score": 2.0, ...}}}

Started by :class:`hanoikit.grading.process.NbgraderProcess` with the course directory as its working
directory. nbgrader is imported once, which takes longer than marking one notebook. Whatever else prints
goes to the log, never between the answers.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from functools import cache
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer orders until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    api = _open(Path.cwd())
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = STEPS[order["step"]](api, order)
        except Exception:
            answer = {"success": False, "error": traceback.format_exc(), "log": ""}
        print(json.dumps(answer), file=answers, flush=True)


def _open(root: Path) -> Any:
    from nbgrader import api
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    api.get_alembic_version = newest_tables
    config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    return NbGraderAPI(config=config)


@cache
def newest_tables() -> str:
    """The number of the newest format of nbgrader's tables, which it writes into each new gradebook.

    nbgrader asks the program alembic, which imports all of nbgrader once more to answer: seconds of a processor.
    Here it is imported already, and alembic is asked as a library.
    """
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    settings = Config()
    settings.set_main_option("script_location", ALEMBIC_DIR)
    return str(ScriptDirectory.from_config(settings).get_current_head())


def _generate(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    return dict(api.generate_assignment(order["assignment"], force=True, create=True))


def _release(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    return dict(api.release_assignment(order["assignment"]))


def _submit(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Hand a folder in through nbgrader's exchange, as a trainee's ``nbgrader submit`` does."""
    from nbgrader.utils import capture_log, temp_attrs

    with temp_attrs(api.coursedir, assignment_id=order["assignment"], student_id=order["trainee"]):
        submit = api.exchange.Submit(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)
        submit.assignment_dir = order["folder"]
        return dict(capture_log(submit))


def _collect(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    return dict(api.collect(order["assignment"], update=True))


def _autograde(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    answer = dict(api.autograde(order["assignment"], order["trainee"], force=True, create=True))
    answer["scores"] = _scores(api, order) if answer.get("success") else {}
    return answer


def _scores(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    with api.gradebook as gradebook:
        submission = gradebook.find_submission(order["assignment"], order["trainee"])
        return {
            grade.name: {
                "auto_score": grade.auto_score,
                "manual_score": grade.manual_score,
                "max_score": grade.max_score,
                "needs_manual_grade": grade.needs_manual_grade,
            }
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def _feedback(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    from hanoikit.grading.quick_pages import quick

    with quick():
        return dict(api.generate_feedback(order["assignment"], order.get("trainee"), force=True))


def _export(api: Any, order: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's own CSV export, by its plugin."""
    from nbgrader.plugins import CsvExportPlugin

    plugin = CsvExportPlugin(parent=api)
    plugin.to = order["to"]
    with api.gradebook as gradebook:
        plugin.export(gradebook)
    return {"success": True, "error": "", "log": ""}


STEPS = {
    "generate": _generate,
    "release": _release,
    "submit": _submit,
    "collect": _collect,
    "autograde": _autograde,
    "feedback": _feedback,
    "export": _export,
}

if __name__ == "__main__":
    main()
