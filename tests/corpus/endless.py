"""Code that does not end: in a cell, in a function, in a result, at the end of the program.

The just mark is always the same thought: what was earned stays earned, and only the cell that did the harm, and
what depends on it, is lost.
"""

from __future__ import annotations

from tests.corpus.case import Family, full
from tests.corpus.reasons import OTHERS_STAY, OWN_CELL, named
from tests.corpus.workbench import Work

FAMILY = Family("endless")
case = FAMILY.case


@case("c01", "A cell of its own never ends.", just=full("c01"), why=OWN_CELL)
def endless_cell(work: Work) -> None:
    work.insert("while True:\n    pass", before="c01-q5-solution")


@case(
    "c01",
    "The cell of question 5 never ends, and defines its function too late.",
    just=full("c01", q5=0),
    why=OTHERS_STAY,
)
def endless_solution(work: Work) -> None:
    work.write("c01-q5-solution", "while True:\n    pass\n\ndef in_groups(text, size):\n    return []")


@case("c02", "The cell of sum_of_cubes never ends.", just=full("c02", sum_right=0), why=OTHERS_STAY)
def endless_foreign_solution(work: Work) -> None:
    work.write("sum_of_cubes", "import time\nwhile True:\n    time.sleep(1)")


@case(
    "c01",
    "A cell never ends, ignores every signal and catches every exception.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Cannot be interrupted.",
)
def stubborn_cell(work: Work) -> None:
    work.insert(
        "import signal\n"
        f"{named(work)}"
        "for name in ('SIGINT', 'SIGTERM', 'SIGALRM', 'SIGHUP', 'SIGXCPU', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'):\n"
        "    signal.signal(getattr(signal, name), signal.SIG_IGN)\n"
        "import time\n"
        "until = time.monotonic() + 120\n"
        "while time.monotonic() < until:\n"
        "    try:\n"
        "        while time.monotonic() < until:\n"
        "            pass\n"
        "    except BaseException:\n"
        "        pass",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "The function of question 6 counts in one step of C code that no signal interrupts.",
    just=full("c01", q6=0),
    why=OTHERS_STAY,
    danger="Cannot be interrupted.",
)
def uninterruptible_function(work: Work) -> None:
    # About a minute: long enough for every limit, short enough to end by itself.
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return pow(3, 40_000_000) % 7")


@case(
    "c01",
    "The function of question 6 never ends for the empty list; the other cases are right.",
    just=full("c01", q6=3),
    why="Three of four cases are right, and each case counts for itself.",
)
def endless_function_for_one_case(work: Work) -> None:
    work.append(
        "c01-q6-solution",
        "quick = longest_gap\n\ndef longest_gap(minutes):\n    while not minutes:\n        pass\n"
        "    return quick(minutes)",
    )


@case("c01", "An object of its own never ends in __del__.", just=full("c01"), why=OWN_CELL)
def endless_del(work: Work) -> None:
    work.insert(
        "class Stays:\n    def __del__(self):\n        while True:\n            pass\n\n"
        "kept = Stays()\nlost = Stays()\ndel lost",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "A function never ends when the program does: in atexit, in __del__ and in a thread that is waited for.",
    just=full("c01"),
    why="Everything was answered before; the end of the program is not part of the work.",
)
def endless_at_exit(work: Work) -> None:
    work.insert(
        "import atexit, threading, time\n"
        f"{named(work)}"
        "def stay():\n"
        "    until = time.monotonic() + 120\n"
        "    while time.monotonic() < until:\n"
        "        pass\n"
        "class Stays:\n"
        "    __del__ = lambda self: stay()\n"
        "kept = Stays()\n"
        "atexit.register(stay)\n"
        "threading.Thread(target=time.sleep, args=[120]).start()"
    )


@case(
    "c01",
    "Question 5 returns a generator that never ends, question 6 is honest.",
    just=full("c01", q5=0),
    why="A generator is not a list, however often it is asked; the other question does not depend on it.",
)
def endless_generator(work: Work) -> None:
    work.write(
        "c01-q5-solution", "import itertools\n\ndef in_groups(text, size):\n    return itertools.count()"
    )
