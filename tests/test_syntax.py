"""The tree of a text is made in any thread, whatever other threads do meanwhile."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from hanoikit.syntax import parsed

CROSSING = """
import gc, sys, threading, time
from pathlib import Path
from hanoikit.syntax import parsed

class HandsOver:
    "Collected in the middle of a tree, it lets another thread go on."
    def __init__(self):
        self.me = self
    def __del__(self):
        time.sleep(0)

sys.setswitchinterval(1e-6)
gc.set_threshold(20, 2, 2)
text = Path(sys.argv[1]).read_text("utf-8")
failed = []

def run():
    for _ in range(8):
        HandsOver()
        try:
            parsed(text)
        except BaseException as error:
            failed.append(repr(error))

threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(failed)
"""


def test_threads_that_cross_in_the_middle_of_a_tree_all_get_theirs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CROSSING, ast.__file__], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_library_that_parsed_meanwhile_costs_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = ast.parse, []

    def crossed(source: str, name: str) -> ast.Module:
        calls.append(name)
        if len(calls) == 1:
            raise SystemError("AST constructor recursion depth mismatch (before=42, after=35)")
        return real(source, name)

    monkeypatch.setattr(ast, "parse", crossed)
    assert isinstance(parsed("x = 2", "<cell>").body[0], ast.Assign)
    assert calls == ["<cell>", "<cell>"]


def test_what_is_no_python_is_said_with_its_name() -> None:
    with pytest.raises(SyntaxError) as told:
        parsed("x = = 2", str(Path("lesson.py")))
    assert (told.value.filename, told.value.lineno) == ("lesson.py", 1)
