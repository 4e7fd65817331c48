"""Code that takes more than its share of processes, memory, disk or attention. Every bomb has a fuse.

The just mark is always the same thought: what was earned stays earned, and only the cell that did the harm, and
what depends on it, is lost.
"""

from __future__ import annotations

from tests.corpus.case import Family, full
from tests.corpus.reasons import OTHERS_STAY, OWN_CELL, named
from tests.corpus.workbench import Work

FAMILY = Family("bombs")
case = FAMILY.case


@case(
    "c01",
    "A cell forks and forks again.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Starts some hundred processes.",
    aftermath=True,
)
def fork_bomb(work: Work) -> None:
    work.insert(
        "import os, time\n"
        f"{named(work)}"
        "until = time.monotonic() + 20\n"
        "depth = 0\n"
        "for turn in range(9):\n"  # the fuse: at most 2**9 processes
        "    try:\n"
        "        if os.fork() == 0:\n"
        "            depth += 1\n"
        "    except OSError:\n"
        "        pass\n"
        "while time.monotonic() < until:\n"
        "    time.sleep(0.5)\n"
        "if depth:\n"
        "    os._exit(0)",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "A cell starts thousands of threads that wait.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Starts thousands of threads.",
)
def thread_bomb(work: Work) -> None:
    work.insert(
        "import threading, time\n"
        f"{named(work)}"
        "for turn in range(4000):\n"
        "    threading.Thread(target=time.sleep, args=[60]).start()",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "A cell takes all the memory it can get.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Takes three gigabytes of memory.",
)
def memory_flood(work: Work) -> None:
    work.insert(
        "hoard = []\nfor turn in range(48):\n    hoard.append(b'x' * (64 << 20))", before="c01-q5-solution"
    )


@case(
    "c01",
    "The function of question 6 takes all the memory it can get.",
    just=full("c01", q6=0),
    why=OTHERS_STAY,
    danger="Takes three gigabytes of memory.",
)
def memory_flood_in_a_function(work: Work) -> None:
    work.write(
        "c01-q6-solution", "def longest_gap(minutes):\n    return [b'x' * (64 << 20) for turn in range(48)]"
    )


@case(
    "c01",
    "A cell fills the disk with large files.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Writes one gigabyte.",
    aftermath=True,
)
def disk_flood(work: Work) -> None:
    work.insert(
        "import os, tempfile\n"
        "for folder in ('.', tempfile.gettempdir(), '/dev/shm'):\n"
        "    for number in range(6):\n"
        "        with open(os.path.join(folder, f'flood-{number}'), 'wb') as file:\n"
        "            for turn in range(64):\n"
        "                file.write(b'x' * (1 << 20))",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "A cell makes tens of thousands of empty files.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Makes 30,000 files.",
)
def file_flood(work: Work) -> None:
    work.insert(
        "for number in range(30_000):\n    open(f'flood-{number}', 'w').close()", before="c01-q5-solution"
    )


@case(
    "c01",
    "A cell prints hundreds of megabytes.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Prints 200 MB.",
)
def output_flood(work: Work) -> None:
    work.insert("for turn in range(200):\n    print('x' * (1 << 20))", before="c01-q5-solution")


@case(
    "c01",
    "The function of question 6 prints hundreds of megabytes, and then returns what is right.",
    just=full("c01"),
    why="Noise is not an error; what was returned is right.",
    danger="Prints 100 MB.",
)
def output_flood_in_a_function(work: Work) -> None:
    work.append(
        "c01-q6-solution",
        "quiet = longest_gap\n\ndef longest_gap(minutes):\n    for turn in range(25):\n"
        "        print('x' * (1 << 20))\n    return quiet(minutes)",
    )


@case(
    "c01",
    "A cell shows a hundred thousand small things.",
    just=full("c01"),
    why=OWN_CELL,
    danger="Shows 100,000 outputs.",
)
def display_flood(work: Work) -> None:
    work.insert(
        "from IPython.display import display\nfor turn in range(100_000):\n    display(turn)",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "Question 5 returns a text of half a gigabyte.",
    just=full("c01", q5=0),
    why="It is wrong, and larger than any answer; the other question does not depend on it.",
    danger="Takes half a gigabyte of memory.",
)
def huge_result(work: Work) -> None:
    # Once more than the memory that there is; in the other cases only more than any message may hold.
    work.write(
        "c01-q5-solution",
        "def in_groups(text, size):\n    return ['x' * ((512 if size == 2 else 32) << 20)]",
    )


@case(
    "c01",
    "Question 5 returns lists nested a hundred thousand deep.",
    just=full("c01", q5=0),
    why="It is wrong, and deeper than any answer; the other question does not depend on it.",
    danger="May overflow the stack of whoever reads the result.",
)
def deep_result(work: Work) -> None:
    work.write(
        "c01-q5-solution",
        "def in_groups(text, size):\n    nest = []\n    for turn in range(100_000):\n"
        "        nest = [nest]\n    return nest",
    )


@case(
    "c01",
    "Question 6 returns a whole number with a hundred thousand digits, which Python reads only when asked twice.",
    just=full("c01", q6=0),
    why="It is wrong; whoever reads the result goes on.",
)
def giant_result(work: Work) -> None:
    work.write(
        "c01-q6-solution",
        "import sys\nsys.set_int_max_str_digits(0)\n\ndef longest_gap(minutes):\n    return 10**100_000",
    )


@case(
    "c01",
    "Results, errors, names and pictures hold half signs, NaN and endless nesting.",
    just=full("c01", q5=0),
    why="Odd things are shown as well as can be; the other question does not depend on them.",
)
def odd_results(work: Work) -> None:
    work.insert(
        "from IPython.display import display\n"
        "nest = []\n"
        "for turn in range(5000):\n"
        "    nest = [nest]\n"
        "display({'application/json': nest, 'text/plain': '\\ud83d', 7: 'seven'}, raw=True)\n"
        "display({'application/json': [float('nan')], 'text/html': '<b>\\udfff'}, raw=True)\n"
        "Odd = type('Odd\\ud83d', (Exception,), {})\n"
        "raise Odd('\\ud83d' * 10)"
    )
    work.write(
        "c01-q5-solution",
        "def in_groups(text, size):\n    if size > 2: raise Odd('\\ud83d')\n"
        "    return ['\\ud83d', float('nan'), {'\\ud83d': 1}]",
    )


@case(
    "c01",
    "Cells hold text that parsers choke on: null bytes, endless signs, endless brackets, a megabyte of question marks.",
    just=full("c01"),
    why=OWN_CELL,
    danger="May crash the process that parses it.",
)
def text_that_chokes_parsers(work: Work) -> None:
    for text in (
        "x = 1\0",
        "-" * 100_000 + "1",
        "(" * 5_000 + ")" * 5_000,
        "# " + "?" * 100_000 + "x",
        "\n" * 50_000 + "x",
        "x" + ".y" * 50_000,
        "'" + "\\" * 99_999,
        "%" * 50_000,
        "%%" + "a" * 50_000,
    ):
        work.insert(text, before="c01-q5-solution")
