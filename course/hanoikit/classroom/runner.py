"""The process in which an assignment's own cells run; see :mod:`hanoikit.classroom.study`.

Reads ``{"assignment": ..., "steps": [{"name", "code"}]}`` from standard input, runs each step
in one IPython shell in the current folder, and writes what came of it as JSON behind a record separator.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the steps and report."""
    from IPython.core.interactiveshell import InteractiveShell

    from hanoikit.exercise.book import BOOK
    from hanoikit.exercise.sheet import Sheet

    order = json.loads(sys.stdin.buffer.read())
    shell: Any = InteractiveShell.instance()
    shell.history_manager.enabled = False
    failed: dict[str, str] = {}
    for step in order["steps"]:
        result = shell.run_cell(step["code"], store_history=False, silent=False)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            failed[step["name"]] = f"{type(error).__name__}: {error}"
    asked = {
        name: {"kind": entry.kind.name, "spec": json.loads(json.dumps(entry.kind.spec(), default=str))}
        for name, entry in BOOK.asked.items()
    }
    sheet = Sheet.in_folder(Path.cwd(), assignment=order["assignment"])
    report = {"asked": asked, "answers": sheet.answers(), "failed": failed}
    sys.stdout.write("\x1e" + json.dumps(report))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
