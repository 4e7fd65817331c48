"""Code that ends the program too soon, crashes it, or leaves another one behind.

The just mark is always the same thought: what was earned stays earned, and only the cell that did the harm, and
what depends on it, is lost.
"""

from __future__ import annotations

from tests.corpus.case import Family, full
from tests.corpus.reasons import OTHERS_STAY, OWN_CELL, named
from tests.corpus.workbench import Work

FAMILY = Family("endings")
case = FAMILY.case


@case(
    "c01",
    "The cell of question 5 ends the process.",
    just=full("c01", q5=0),
    why=OTHERS_STAY,
    danger="Ends the process that it runs in.",
)
def exit_in_a_solution(work: Work) -> None:
    work.write("c01-q5-solution", "import os\nos._exit(0)")


@case(
    "c01",
    "The function of question 5 ends the process when it is called.",
    just=full("c01", q5=0),
    why=OTHERS_STAY,
    danger="Ends the process that it runs in.",
)
def exit_in_a_function(work: Work) -> None:
    work.write("c01-q5-solution", "import os\n\ndef in_groups(text, size):\n    os._exit(0)")


@case(
    "c01",
    "The cell of question 6 crashes the interpreter, after question 5 was earned.",
    just=full("c01", q6=0),
    why=OTHERS_STAY,
    danger="Crashes the process that it runs in.",
)
def crash_after_points(work: Work) -> None:
    work.write("c01-q6-solution", "import ctypes\nctypes.string_at(0)")


@case(
    "c02",
    "The last cell ends the process, after every test was passed.",
    just=full("c02", digits_right=0),
    why=OTHERS_STAY,
    danger="Ends the process that it runs in.",
)
def exit_at_the_end(work: Work) -> None:
    work.write("digits", "import os\nos._exit(3)\ndigits = 64")


@case("c01", "A cell of its own calls exit, quit and sys.exit.", just=full("c01"), why=OWN_CELL)
def polite_exit(work: Work) -> None:
    work.insert("import sys\nsys.exit(3)")
    work.insert("raise SystemExit", before="c01-q5-solution")


@case(
    "c01",
    "Eight cells of its own end the process, one after the other.",
    just=full("c01"),
    why="Each is lost for itself; the answers stand in other cells.",
    danger="Ends the process that it runs in.",
)
def many_exits(work: Work) -> None:
    for turn in range(8):
        work.insert(
            f"import os\nos._exit({turn})", before="c01-q5-solution" if turn % 2 else "c01-q6-solution"
        )


@case(
    "c01",
    "Question 5 ends the process at every call, question 6 at the call with the empty list.",
    just=full("c01", q5=0, q6=3),
    why="Each case counts for itself, and a new process serves the next.",
    danger="Ends the process that it runs in.",
)
def exit_for_some_cases(work: Work) -> None:
    work.write("c01-q5-solution", "import os\n\ndef in_groups(text, size):\n    os._exit(0)")
    work.append(
        "c01-q6-solution",
        "import os\ngood = longest_gap\n\ndef longest_gap(minutes):\n"
        "    return good(minutes) if minutes else os._exit(0)",
    )


@case(
    "c01",
    "A cell lifts the recursion limit and recurses until the stack is gone.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Crashes the process that it runs in.",
)
def stack_overflow(work: Work) -> None:
    work.insert(
        "import sys\nsys.setrecursionlimit(10**9)\ndef down(x):\n    return [down(y) for y in [x]]\ndown(1)",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "Leaves a process behind that has cut every tie to its parents.",
    just=full("c01"),
    why="The answers are right; what was left behind is ended and reported to nobody but the log.",
    danger="Leaves a process running for two minutes.",
)
def process_left_behind(work: Work) -> None:
    work.insert(
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        + "".join(f"        {line}\n" for line in named(work).splitlines())
        + "        for number in range(64):\n"
        "            try:\n"
        "                os.close(number)\n"
        "            except OSError:\n"
        "                pass\n"
        "        time.sleep(120)\n"
        "    os._exit(0)"
    )
