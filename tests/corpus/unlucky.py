"""Honest work that meets bad luck: noise, crashes, other people's names, other systems. It loses nothing it earned."""

from __future__ import annotations

from tests.corpus.case import NOTHING, Family, full
from tests.corpus.workbench import SOLUTIONS, Work

HONEST = Family("honest")
FAMILY = Family("unlucky")
case = FAMILY.case


@HONEST.case(
    "c01",
    "The model hand-in: every answer right.",
    just=full("c01"),
    why="Every answer is right.",
    human=False,
)
def model_of_c01(work: Work) -> None:
    pass


@HONEST.case(
    "c02",
    "The model hand-in of a foreign course: every answer right.",
    just=full("c02"),
    why="Every answer is right.",
    human=False,
)
def model_of_c02(work: Work) -> None:
    pass


@HONEST.case(
    "c01", "Wrong answers, nothing solved.", base="idle", just=NOTHING, why="Nothing is right.", human=False
)
def idle_hand_in_of_c01(work: Work) -> None:
    pass


@HONEST.case(
    "c02",
    "The notebook as it was handed out.",
    base="idle",
    just=NOTHING,
    why="Nothing was done.",
    human=False,
)
def idle_hand_in_of_c02(work: Work) -> None:
    pass


@HONEST.case(
    "c01",
    "Half of the answers are half right.",
    just=full("c01", q1=0, q3=2, q5=2, q6=3),
    why="The published rules: five of six pairs in order give 2/3 of 3 points; two of three and three of four cases.",
    human=False,
)
def partly_right(work: Work) -> None:
    from tests.corpus.workbench import ANSWERS

    work.answer({**ANSWERS, "c01-q1": "c", "c01-q3": ["b", "c", "a", "d"]})
    work.append(
        "c01-q5-solution", "cut = in_groups\n\ndef in_groups(text, size):\n    return cut(text, size) or None"
    )
    work.append(
        "c01-q6-solution", "gap = longest_gap\n\ndef longest_gap(minutes):\n    return gap(minutes) or -1"
    )


@HONEST.case(
    "c02",
    "label is right for half of its cases.",
    just=full("c02", label_right=1),
    why="The author's test gives half a point a case.",
    human=False,
)
def partly_right_of_c02(work: Work) -> None:
    work.write(
        "label", "def label(size):\n    return f'{size} B' if size < 1024 else f'{size / 1024:.1f} KiB'"
    )
    # 512 B, 2.0 KiB and 1.5 KiB are right; 3072.0 KiB is not.
    work.append(
        "label", "whole = label\n\ndef label(size):\n    return whole(size) if size != 1536 else '1.50 KiB'"
    )


@case(
    "c01",
    "Right functions print to the error stream, log and warn.",
    just=full("c01"),
    why="Noise is not an error.",
    human=False,
)
def noise_on_stderr(work: Work) -> None:
    noise = (
        "    import logging, sys, warnings\n"
        "    print('working', file=sys.stderr)\n"
        "    logging.getLogger().error('working hard')\n"
        "    warnings.warn('this will change', DeprecationWarning, stacklevel=1)\n"
    )
    work.append(
        "c01-q5-solution", f"cut = in_groups\n\ndef in_groups(text, size):\n{noise}    return cut(text, size)"
    )
    work.append(
        "c01-q6-solution", f"gap = longest_gap\n\ndef longest_gap(minutes):\n{noise}    return gap(minutes)"
    )
    work.insert(
        "import os, sys\nprint('hello', file=sys.stderr)\nos.write(2, b'raw\\n')", before="c01-q5-solution"
    )


@case("c02", "A right function prints to the error stream.", just=full("c02"), why="Noise is not an error.")
def noise_on_stderr_in_asserts(work: Work) -> None:
    work.append(
        "cubes",
        "import sys\nquiet = cubes\n\ndef cubes(n):\n    print('cubing', n, file=sys.stderr)\n    return quiet(n)",
    )


@case(
    "c01",
    "A cell of its own fails before the right answers.",
    just=full("c01"),
    why="The cells after it do not depend on it.",
    human=False,
)
def cell_fails_before(work: Work) -> None:
    work.insert("1 / 0", before="c01-q5-solution")
    work.insert("this is not Python", before="c01-q6-solution")


@case(
    "c01",
    "The cell of question 5 fails at its last line, after the function was defined.",
    just=full("c01"),
    why="The function is there and right; the failing line is not asked for.",
)
def cell_fails_after_the_answer(work: Work) -> None:
    work.append("c01-q5-solution", "in_groups('abc', 0)")


@case(
    "c01",
    "Everything is slow, but within the limits.",
    just=full("c01"),
    why="Slow is not wrong.",
    human=False,
)
def slow(work: Work) -> None:
    work.append(
        "c01-q6-solution",
        "import time\nquick = longest_gap\n\ndef longest_gap(minutes):\n    time.sleep(0.4)\n"
        "    return quick(minutes)",
    )
    work.insert("import time\ntime.sleep(1.5)", before="c01-q5-solution")


@case(
    "c01",
    "The function of question 6 recurses too deep for one case only.",
    just=full("c01", q6=3),
    why="Three of four cases are right, and each case counts for itself.",
)
def recursion_error(work: Work) -> None:
    work.append(
        "c01-q6-solution",
        "good = longest_gap\n\ndef longest_gap(minutes):\n"
        "    return good(minutes) if minutes else longest_gap(minutes)",
    )


@case(
    "c01",
    "Names, texts and files are in many scripts.",
    just=full("c01"),
    why="Any script is as good as another.",
)
def every_script(work: Work) -> None:
    work.insert(
        "# 证据 доказательство دليل ראיה 🔏\nпоследний = 'שלום 😀 \\u202e'\nprint(последний, '\\x00', '\\ud83d')"
    )
    work.insert("## 摘要 ✓\n\nالنص من اليمين إلى اليسار", kind="markdown")
    work.put("données/証拠 😀.txt", "é")
    from tests.corpus.workbench import ANSWERS

    work.answer({**ANSWERS, "c01-q7": "因为原件的哈希值是法庭比较的对象 🔏 \u202e\u0000"})
    work.append(
        "c01-q5-solution", "ключ = in_groups\n\ndef in_groups(текст, размер):\n    return ключ(текст, размер)"
    )


@case(
    "c01",
    "Lines of the shell and of magic stand in its cells, as people use them every day.",
    just=full("c01"),
    why="A notebook is not a Python file; what works in the classroom works here.",
)
def magic_lines(work: Work) -> None:
    work.insert("%matplotlib inline\n!echo hello\n%time 1 + 1\nfiles = !ls\n?len")
    work.insert("%%bash\necho from the shell")
    work.insert("%load_ext no_such_extension")
    work.write("c01-q5-solution", "%%time\n" + SOLUTIONS["c01"]["c01-q5-solution"])


@case(
    "c01", "Cells await, as notebooks may.", just=full("c01"), why="What works in the classroom works here."
)
def await_in_cells(work: Work) -> None:
    work.insert(
        "import asyncio\nawait asyncio.sleep(0.01)\nready = await asyncio.gather(asyncio.sleep(0, 'yes'))"
    )
    work.write("c01-q5-solution", "await asyncio.sleep(0)\n" + SOLUTIONS["c01"]["c01-q5-solution"])


@case(
    "c01",
    "A cell asks for something to be typed.",
    just=full("c01"),
    why="Nobody types while marking; the cell fails, and nothing depends on it.",
)
def waits_for_typing(work: Work) -> None:
    work.insert("import getpass, sys\nname = input('Your name? ')", before="c01-q5-solution")
    work.insert("sys.stdin.read()", before="c01-q6-solution")


@case(
    "c01",
    "Its own variables have the names of the kit's functions.",
    just=full("c01"),
    why="The controls are not needed to mark what the sheet holds.",
)
def names_taken(work: Work) -> None:
    work.insert("answer = 'b'", before="c01-q1-ask")
    work.insert("ask = check = mark = print = display = None", before="c01-q2-ask")


@case(
    "c01",
    "It works in another folder, and leaves it so.",
    just=full("c01"),
    why="The sheet is where it was handed in.",
)
def other_folder(work: Work) -> None:
    work.insert("import os, tempfile\nos.chdir(tempfile.mkdtemp())")
    work.insert("os.chdir('/')", before="c01-q3-ask")


@case(
    "c01",
    "It tidies up: deletes every file in its folder, sheet and notebook too.",
    just=full("c01"),
    why="What was handed in counts; what the code deletes is a copy.",
)
def tidies_up(work: Work) -> None:
    work.insert(
        "import os\nfor name in os.listdir('.'):\n    try:\n        os.remove(name)\n"
        "    except OSError:\n        pass"
    )


@case(
    "c01",
    "Its folder has modules named json.py, random.py and code.py, for its own exercises.",
    just=full("c01"),
    why="The trainee's files have any name they like.",
)
def files_named_as_modules(work: Work) -> None:
    for name in ("json", "random", "code", "types", "token", "string", "email/__init__", "numpy", "IPython"):
        work.put(f"{name}.py", "# my notes\nvalue = 1\n")


@case(
    "c01",
    "It imports a module of its own from its folder.",
    just=full("c01"),
    why="Files that were handed in with the notebook belong to the work.",
)
def own_module(work: Work) -> None:
    work.put(
        "helpers.py",
        "def cut(text, size):\n    return [text[n : n + size] for n in range(0, len(text), size)]\n",
    )
    work.put("data/steps.txt", "0 5 25 30")
    work.write(
        "c01-q5-solution", "from helpers import cut\n\ndef in_groups(text, size):\n    return cut(text, size)"
    )
    work.append(
        "c01-q6-solution", "open('data/steps.txt').read().split()\nopen('mine.txt', 'w').write('works')"
    )


@case(
    "c01",
    "It closes its output, changes time zone, locale and recursion limit, and prints for ever after.",
    just=full("c01"),
    why="What a cell does to its own process changes no answer.",
)
def rearranged_process(work: Work) -> None:
    work.insert(
        "import gc, locale, os, random, sys, time\n"
        "os.environ['TZ'] = 'Asia/Tokyo'\n"
        "time.tzset()\n"
        "os.environ.clear()\n"
        "sys.setrecursionlimit(120)\n"
        "gc.disable()\n"
        "sys.path.clear()\n"
        "sys.stdout.close()\n"
        "sys.stderr = None",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "It takes the names of everything in os, and of built-in functions.",
    just=full("c01"),
    why="The answers are right.",
)
def star_import(work: Work) -> None:
    work.insert(
        "from os import *\nfrom math import *\nlist = [1]\nsum = 0\ntype = 'e01'\nid = 7",
        before="c01-q5-solution",
    )


@case(
    "c01",
    "The function changes the list that it was given, and keeps what it saw.",
    just=full("c01"),
    why="Every call gets its own copy.",
)
def changes_its_arguments(work: Work) -> None:
    work.append(
        "c01-q6-solution",
        "pure = longest_gap\nseen = []\n\ndef longest_gap(minutes):\n    result = pure(minutes)\n"
        "    seen.append(minutes)\n    minutes.clear()\n    minutes.append('gone')\n    return result",
    )


@case(
    "c01",
    "The functions are methods, closures and lambdas; one is only an object that can be called.",
    just=full("c01"),
    why="What can be called with these arguments is a function.",
)
def other_callables(work: Work) -> None:
    work.write(
        "c01-q5-solution",
        "in_groups = lambda text, size: [text[n:n + size] for n in range(0, len(text), size)]",
    )
    body = (
        SOLUTIONS["c01"]["c01-q6-solution"]
        .replace("def longest_gap(minutes)", "    def __call__(self, minutes)")
        .replace("\n    return", "\n        return")
    )
    work.write("c01-q6-solution", f"class Gap:\n{body}\n\nlongest_gap = Gap()")


@case(
    "c01",
    "A thread of its own goes on and prints while the functions are called.",
    just=full("c01"),
    why="It disturbs no answer.",
)
def busy_thread(work: Work) -> None:
    work.insert(
        "import threading, time\n"
        "def tick():\n"
        "    for turn in range(200):\n"
        "        print('tick')\n"
        "        time.sleep(0.02)\n"
        "threading.Thread(target=tick, daemon=True).start()"
    )


@case(
    "c01",
    "Rich output everywhere: HTML, a picture, a table, a figure that fails to show.",
    just=full("c01"),
    why="What is shown changes no answer.",
)
def rich_output(work: Work) -> None:
    work.insert(
        "from IPython.display import HTML, Markdown, display, clear_output\n"
        "display(HTML('<b>bold</b>'), Markdown('*soft*'))\n"
        "class Broken:\n"
        "    def _repr_html_(self):\n"
        "        raise ValueError('cannot show')\n"
        "    def __repr__(self):\n"
        "        raise ValueError('cannot show')\n"
        "display(Broken())\n"
        "clear_output()\n"
        "Broken()"
    )


@case(
    "c02",
    "A cell of its own fails before the right answers, and one prints a megabyte.",
    just=full("c02"),
    why="The cells after it do not depend on it.",
)
def foreign_cell_fails_before(work: Work) -> None:
    work.insert("print('x' * (1 << 20))\nraise RuntimeError('oh')", before="cubes")
