"""Runs inside the wall of ``stock``: nbgrader, imported once and forked for each hand-in.

>>> python -m tests.corpus.stock_inside ORDERS.json        # doctest: +SKIP

After each hand-in every process but this one and the wall's own first one is killed; that reaches no further
than the wall's process space.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Mark what the orders say, one after the other; each leaves a file with its outcome."""
    if os.getpid() > 20:
        sys.exit("not alone in a process space: this is for the inside of the wall only")
    orders: list[dict[str, Any]] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    import nbclient
    import nbgrader.apps.api
    import nbgrader.plugins  # noqa: F401
    from traitlets.config.loader import PyFileConfigLoader  # noqa: F401

    del nbclient
    for order in orders:
        start = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            _mark(order)
        status = _wait(pid, order["limit"])
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
        outcome = Path(order["outcome"])
        found = json.loads(outcome.read_text(encoding="utf-8")) if outcome.exists() else {"success": False}
        found |= {"status": status, "seconds": time.monotonic() - start}
        outcome.write_text(json.dumps(found), encoding="utf-8")


def _wait(pid: int, limit: float) -> str:
    until = time.monotonic() + limit
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return f"ended with {os.waitstatus_to_exitcode(status)}"
        time.sleep(0.05)
    return "stopped by the clock"


def _mark(order: dict[str, Any]) -> None:
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    code = 1
    try:
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["course"])
        log = os.open("log.txt", os.O_WRONLY | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", path=order["course"]).load_config())
        answer = api.autograde(order["assignment"], order["trainee"], force=True, create=True)
        text = json.dumps({"success": bool(answer["success"]), "log": str(answer.get("log"))[-2000:]})
        Path(order["outcome"]).write_text(text, encoding="utf-8")
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
