"""nbgrader's own commands without the three seconds that it takes to import nbgrader for each of them.

>>> command("generate_assignment", "ps1", "--create", root=course, env=environment())
(0, '[GenerateAssignmentApp | INFO] ...')

One process imports nbgrader and does nothing else with it, but to ask alembic for the format of new gradebooks, for which
nbgrader starts a program that imports it once more. For each command it forks: the child goes to the course's
folder, takes the given environment and runs nbgrader's own ``main`` on the words, as ``python -m nbgrader`` does there.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

_LOCK = threading.Lock()
_process: subprocess.Popen[str] | None = None


def command(*words: str, root: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """The exit code of a command and everything that it said."""
    with _LOCK, tempfile.NamedTemporaryFile("r", errors="replace") as said:
        process = _ready()
        assert process.stdin is not None and process.stdout is not None
        order = {"words": words, "root": str(root), "env": dict(env), "said": said.name}
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        return code, said.read()


def _ready() -> subprocess.Popen[str]:
    global _process
    if _process is None or _process.poll() is not None:
        words = [sys.executable, str(Path(__file__).resolve())]
        _process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(_end, _process)
    return _process


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


def _serve() -> None:
    from nbgrader import api
    from nbgrader.apps import nbgraderapp

    newest = _newest_tables()
    api.get_alembic_version = lambda: newest
    answers = os.fdopen(os.dup(1), "w")
    sys.path.pop(0)  # this folder; a child has its course's folder there
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            answers.close()
            _run(nbgraderapp.main, order)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, file=answers, flush=True)


def _newest_tables() -> str:
    # As hanoikit.grading.worker does. Nothing of the kit is imported here: a course's settings do that, or cannot.
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    settings = Config()
    settings.set_main_option("script_location", ALEMBIC_DIR)
    return str(ScriptDirectory.from_config(settings).get_current_head())


def _run(main: object, order: dict[str, object]) -> None:
    said = os.open(str(order["said"]), os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(number, descriptor)
    os.chdir(str(order["root"]))
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[call-overload]
    sys.path.insert(0, str(order["root"]))
    sys.argv = ["nbgrader", *order["words"]]  # type: ignore[misc]
    code = 1
    try:
        main()  # type: ignore[operator]
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
