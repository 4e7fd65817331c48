"""What the engine does ahead of the hand-ins leaves nothing behind, and cells compile as they always did."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from typing import Any

import pytest

LAST_VALUE = [
    "1 + 1",
    "x = 1\nx",
    "def f():\n    return 1\n\n\nf()",
    "f(\n    1,\n)",
    "print('a');\nx  # shown",
    '"""text\nover lines\n"""',
    "x = 1\n'text'\n# the end\n\n",
    "await_me",
    "returned",
    "x == 2",
    "lambda: 0",
    "(1,\n2)",
    'f("""\ndef g():\n    pass\n""")',
    'f("""\nx = 1\n  """)',
    "a\\\n+ b",
    "if 1:\n    2\nx",
]
NO_VALUE = [
    "x = 1",
    "x += 1",
    "x: int = 3",
    "a, b = 1, 2",
    "x[0] = 1",
    "1 + 1;",
    "print(1) ;",
    "def f():\n    return 1",
    "@f\ndef g():\n    return 1",
    "if 1:\n    2\nelse:\n    3",
    "try:\n    a\nexcept ValueError:\n    b",
    "for a in b:\n    a",
    "class A:\n    def f(self):\n        self",
    'x = """\nprint(1)\n"""',
    "x = [\n    1,\n]",
    "import os",
    "assert 1",
    "pass",
    "# nothing",
    "",
]


def outcome(program: str) -> Any:
    """What a program prints as JSON, in a process of its own: the shell that cells run in exists once in each."""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_the_last_value_of_a_cell_is_found_with_and_without_a_tree() -> None:
    program = (
        "import json\nfrom hanoikit.grading.trusted.compiling import compiled, in_two\n"
        f"cells = {LAST_VALUE + NO_VALUE!r}\n"
        "print(json.dumps([[compiled(one, 'cell', str)[1] is not None, in_two(one, 'cell') is not None] for one in cells]))"
    )
    found = outcome(program)
    assert [one[0] for one in found] == [True] * len(LAST_VALUE) + [False] * len(NO_VALUE)
    assert sum(one[1] for one in found) > len(found) / 2


@pytest.mark.parametrize("text", ["x = 1\nif x:\n", "def f(:\n    pass", "x = (1\ny", "'''", "1 1"])
def test_a_cell_that_is_no_python_says_so_as_python_does(text: str) -> None:
    from hanoikit.grading.trusted.compiling import compiled

    with pytest.raises(SyntaxError) as ours:
        compiled(text, "cell", str)
    with pytest.raises(SyntaxError) as theirs:
        ast.parse(text, "cell")
    assert (ours.value.msg, ours.value.lineno) == (theirs.value.msg, theirs.value.lineno)


def test_lines_of_an_error_are_those_of_the_cell() -> None:
    from hanoikit.grading.trusted.compiling import compiled

    bodies, last = compiled("x = 1\n\n\nx / 0", "cell", str)
    namespace: dict[str, Any] = {}
    for body in bodies:
        exec(body, namespace)
    assert last is not None
    with pytest.raises(ZeroDivisionError) as error:
        eval(last, namespace)
    assert error.traceback[-1].lineno + 1 == 4


def test_a_rehearsal_leaves_nothing_of_itself_in_the_names_of_hand_ins() -> None:
    program = """
import json, linecache, os, sys
from hanoikit.grading.trusted import runner
streams = sys.stdout, sys.stderr, sys.displayhook
places = set(os.listdir("/proc/self/fd"))
runner.prepare()
shop = runner._workshop
shell = runner._shell
runner.rehearse(shop)
left = sorted(name for name in shop.namespace if "trifle" in name or name == "number")
cells = sorted(name for name in linecache.cache if name.startswith("<cell"))
same = (sys.stdout, sys.stderr, sys.displayhook) == streams
import gc; gc.collect()
print(json.dumps([left, cells, same, len(os.listdir("/proc/self/fd")) - len(places), shop._below]))
os._exit(0) if sys.stdout.flush() is None else None
"""
    assert outcome(program) == [[], [], True, 0, -1]


def test_a_judge_s_rehearsal_leaves_no_question_and_no_cell_behind() -> None:
    program = """
import json, linecache, os, sys
from hanoikit.exercise import trial
from hanoikit.exercise.book import BOOK
from hanoikit.grading.trusted import author, judging
judging.prepare()
judging.rehearse()
print(json.dumps([
    len(author._CACHE), [name for name in linecache.cache if "trifle" in name], len(BOOK.asked), trial._lookup is None
]))
"""
    assert outcome(program) == [0, [], 0, True]
