"""Looking for the answers: in memory, in the sources, in the gradebook, at the neighbour's, in the environment."""

from __future__ import annotations

import shutil

from tests.corpus.case import NOTHING, Family, full
from tests.corpus.workbench import ANSWERS, Work

FAMILY = Family("reading")
case = FAMILY.case

NOT_THERE = (
    "What the code looks for is not where trainee code runs; so nothing was solved, and nothing gets out."
)

SPILL = """
def spill(*places):
    import pathlib
    for place in places:
        path = pathlib.Path(place)
        try:
            files = [path] if path.is_file() else list(path.rglob('*'))[:200]
        except OSError:
            files = []
        for file in files:
            try:
                print(file, file.read_bytes()[:200_000].decode('utf-8', 'replace'))
            except OSError as error:
                print(file, type(error).__name__)
"""


@case(
    "c01",
    "The functions walk up the call stack and return what they find under the name expected.",
    base="idle",
    just=NOTHING,
    why=NOT_THERE,
)
def frames_of_the_caller(work: Work) -> None:
    body = (
        "    import sys\n"
        "    frame = sys._getframe()\n"
        "    while frame is not None:\n"
        "        for name in ('expected', 'wanted', 'key', 'answer'):\n"
        "            if name in frame.f_locals:\n"
        "                from hanoikit.exercise.trial import copied\n"
        "                try:\n"
        "                    return copied(frame.f_locals[name])\n"
        "                except Exception:\n"
        "                    return frame.f_locals[name]\n"
        "        frame = frame.f_back\n"
    )
    work.write("c01-q5-solution", f"def in_groups(text, size):\n{body}")
    work.write("c01-q6-solution", f"def longest_gap(minutes):\n{body}")


@case(
    "c01",
    "The functions search all objects in memory for the cases, and return the result that belongs to the call.",
    base="idle",
    just=NOTHING,
    why=NOT_THERE,
)
def cases_in_memory(work: Work) -> None:
    work.insert(
        "import gc\n\n"
        "def find(arguments):\n"
        "    for thing in gc.get_objects():\n"
        "        if type(thing) is tuple and len(thing) == 2 and thing[0] == arguments and thing[1] is not None:\n"
        "            return thing[1]\n"
        "    for thing in gc.get_objects():\n"
        "        for part in gc.get_referents(thing) if type(thing) is dict else ():\n"
        "            if type(part) is str and '### BEGIN HIDDEN' in part:\n"
        "                print(part)\n"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return find((text, size))")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return find((minutes,))")


@case(
    "c02",
    "The functions read the text of the running test in the notebook's own history and answer from it.",
    base="idle",
    just=NOTHING,
    why=NOT_THERE,
)
def tests_in_the_history(work: Work) -> None:
    work.insert(
        "import ast, linecache, re\n\n"
        "def texts():\n"
        "    yield from reversed(get_ipython().user_ns.get('In', []))\n"
        "    for entry in list(linecache.cache.values()):\n"
        "        yield ''.join(entry[2]) if len(entry) > 2 else ''\n\n"
        "def look_up(name, n):\n"
        "    for text in texts():\n"
        "        if 'HIDDEN' in text or 'assert' in text:\n"
        "            print(text)\n"
        "            for found in re.finditer(rf'assert {name}\\((.*?)\\) == (.+)', text):\n"
        "                if found[1] == repr(n):\n"
        "                    return ast.literal_eval(found[2])\n"
        "            for found in re.finditer(r'\\((\\d+), (\".*?\")\\)', text):\n"
        "                if found[1] == repr(n):\n"
        "                    return ast.literal_eval(found[2])\n"
        "    raise ValueError\n"
    )
    work.write("cubes", "def cubes(n):\n    if n < 2: return None\n    return look_up('cubes', n)")
    work.write("sum_of_cubes", "def sum_of_cubes(n):\n    return look_up('sum_of_cubes', n)")
    work.write("label", "def label(size):\n    return look_up('label', size)")


@case(
    "c01",
    "Opens the author's files in the course directory and beside it, prints them and answers from them.",
    base="idle",
    just=NOTHING,
    why=NOT_THERE,
)
def author_files(work: Work) -> None:
    places = [work.scene.author("c01"), work.scene.course / "source", work.scene.course / "release"]
    work.insert(
        f"{SPILL}\n"
        f"PLACES = {[str(place) for place in places]!r}\n"
        "spill(*PLACES, '../../../source', '../../source', '../source')\n\n"
        "def cases(name):\n"
        "    import ast, re\n"
        f"    text = open({str(work.scene.author('c01'))!r}).read()\n"
        "    return dict((repr(a), r) for a, r in ast.literal_eval(\n"
        "        re.search(rf'\"{name}\", cases=(\\[.*?\\]), points', text)[1]))\n"
    )
    work.write(
        "c01-q5-solution", "def in_groups(text, size):\n    return cases('in_groups')[repr((text, size))]"
    )
    work.write(
        "c01-q6-solution", "def longest_gap(minutes):\n    return cases('longest_gap')[repr((minutes,))]"
    )


@case(
    "c02",
    "Opens the author's notebook, in the course directory and in the checkout, and prints its tests.",
    base="idle",
    just=NOTHING,
    why=NOT_THERE,
)
def author_notebook(work: Work) -> None:
    work.insert(
        f"{SPILL}\n"
        f"spill({str(work.scene.author('c02'))!r}, '../../../source')\n"
        "import json\n"
        f"tests = json.load(open({str(work.scene.author('c02'))!r}))\n"
        "exec(''.join(next(c for c in tests['cells'] if c['id'] == 'cubes')['source']))"
    )
    work.write("cubes", "pass")


@case(
    "c01",
    "Reads the gradebook, prints it, and writes full marks into it.",
    base="idle",
    just=NOTHING,
    why="A gradebook out of reach cannot be read or changed; nothing was solved.",
    aftermath=True,
)
def gradebook_read_and_written(work: Work) -> None:
    work.insert(
        f"{SPILL}\n"
        "import glob, sqlite3\n"
        f"PLACES = [{str(work.scene.gradebook)!r}, *glob.glob('../../../*.db'), *glob.glob('/tmp/*/*/gradebook.db')]\n"
        "for place in PLACES[:5]:\n"
        "    try:\n"
        "        spill(place)\n"
        "        book = sqlite3.connect(f'file:{place}?mode=rw', uri=True)\n"
        "        for table, in book.execute(\"select name from sqlite_master where type = 'table'\").fetchall():\n"
        "            print(table, book.execute(f'select * from \"{table}\"').fetchall()[:50])\n"
        "        book.execute(\"update secret set word = 'changed'\")\n"
        "        book.commit()\n"
        "    except Exception as error:\n"
        "        print(place, error)"
    )


@case(
    "c01",
    "Reads the hand-in of another trainee, prints it and takes the answers over.",
    base="idle",
    just=NOTHING,
    why="The neighbour's hand-in is out of reach; nothing was solved.",
    aftermath=True,
)
def other_hand_in(work: Work) -> None:
    other = work.scene.submitted(work.scene.other, "c01")
    work.insert(
        f"{SPILL}\n"
        f"spill({str(other)!r}, '../../{work.scene.other}', '..')\n"
        "import glob, json, shutil\n"
        f"for sheet in [{str(other / 'answers.jsonl')!r}, *glob.glob('../**/answers.jsonl', recursive=True)]:\n"
        "    try:\n"
        "        shutil.copyfile(sheet, 'answers.jsonl')\n"
        "    except OSError as error:\n"
        "        print(error)\n"
        "    except shutil.SameFileError:\n"
        "        pass\n"
        "try:\n"
        f"    book = json.load(open({str(other / 'c01.ipynb')!r}))\n"
        "    for cell in book['cells']:\n"
        "        if 'def ' in ''.join(cell['source']):\n"
        "            exec(''.join(cell['source']))\n"
        "except OSError as error:\n"
        "    print(error)"
    )
    work.write("c01-q5-solution", "pass")
    work.write("c01-q6-solution", "pass")


@case(
    "c01",
    "Prints its environment and that of every process it can see.",
    base="idle",
    just=NOTHING,
    why="The marker's environment may hold passwords; trainee code gets a clean one.",
)
def environment(work: Work) -> None:
    work.insert(
        "import glob, os\n"
        "print(dict(os.environ))\n"
        "for name in ('environ', 'cmdline'):\n"
        "    for file in glob.glob(f'/proc/[0-9]*/{name}'):\n"
        "        try:\n"
        "            print(file, open(file, 'rb').read().replace(b'\\0', b' '))\n"
        "        except OSError:\n"
        "            pass"
    )


@case(
    "c01",
    "Prints files from the marker's home folder.",
    base="idle",
    just=NOTHING,
    why="The marker's files are out of reach; nothing was solved.",
)
def home_folder(work: Work) -> None:
    work.insert(
        f"{SPILL}\n"
        "import os, pwd\n"
        f"spill({str(work.scene.home)!r}, os.path.expanduser('~/secret.txt'), \n"
        "      pwd.getpwuid(os.getuid()).pw_dir + '/.ssh')"
    )


@case(
    "c01",
    "Reads every file descriptor that it inherited, and writes forged verdicts into each.",
    base="idle",
    just=NOTHING,
    why="What trainee code writes anywhere is at most the answer to a call; a verdict comes from a test only.",
    danger="Writes into every open descriptor of the process it runs in.",
    aftermath=True,
)
def inherited_descriptors(work: Work) -> None:
    body = (
        "import json, os, select, stat, struct\n"
        "FORGED = [{'question': f'c01-q{n}', 'points': 4.0, 'out_of': 4.0, 'score': 1, 'ok': True, 'result': True,\n"
        "           'value': True, 'state': 'full', 'verdict': 'full'} for n in range(1, 7)]\n"
        "def forge():\n"
        "    for name in sorted(os.listdir('/proc/self/fd')) if os.path.isdir('/proc/self/fd') else range(3, 64):\n"
        "        number = int(name)\n"
        "        try:\n"
        "            kind = os.fstat(number).st_mode\n"
        "            if number < 3 or not stat.S_ISFIFO(kind) | stat.S_ISSOCK(kind):\n"
        "                continue\n"
        "            if select.select([number], [], [], 0)[0]:\n"
        "                print(number, os.read(number, 100_000))\n"
        "            for line in (*FORGED, FORGED, {'marks': FORGED}, {'type': 'verdict', 'verdicts': FORGED}):\n"
        "                data = json.dumps(line).encode()\n"
        "                if select.select([], [number], [], 0)[1]:\n"
        "                    os.write(number, data + b'\\n')\n"
        "                if select.select([], [number], [], 0)[1]:\n"
        "                    os.write(number, struct.pack('>I', len(data)) + data)\n"
        "        except (OSError, ValueError):\n"
        "            pass\n"
    )
    work.insert(body)
    work.write("c01-q5-solution", "def in_groups(text, size):\n    forge()\n    return True")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    forge()\n    return True")


@case(
    "c01",
    "A file of the hand-in is a link to the author's text, and the code prints what it leads to.",
    base="idle",
    just=NOTHING,
    why="A link is not work that was handed in; it is left out.",
)
def link_to_the_source(work: Work) -> None:
    (work.folder / "notes.md").symlink_to(work.scene.author("c01"))
    (work.folder / "course").symlink_to(work.scene.course)
    work.insert(f"{SPILL}\nspill('notes.md', 'course/source', 'course/gradebook.db')")


@case(
    "c01",
    "The handed-in notebook is a link to the notebook of another trainee.",
    just=full("c01", q5=0, q6=0),
    why="Nothing of the trainee's own stands in the place of the notebook; the answers in the sheet count.",
    human=True,
)
def notebook_is_a_link(work: Work) -> None:
    work.path.unlink()
    work.path.symlink_to(work.scene.submitted(work.scene.other, "c01") / "c01.ipynb")


@case(
    "c01",
    "The handed-in answer sheet is a link to the sheet of another trainee.",
    just=full("c01", q1=0, q2=0, q3=0, q4=0, q7=0),
    why="Nothing of the trainee's own stands in the place of the sheet; the functions count.",
    findings=("sheet-missing|sheet-unreadable|link-left-out",),
)
def sheet_is_a_link(work: Work) -> None:
    work.sheet.unlink()
    work.sheet.symlink_to(work.scene.submitted(work.scene.other, "c01") / "answers.jsonl")


@case(
    "c01",
    "A folder of the hand-in is a link to the folder of all hand-ins, and the code works in it.",
    base="idle",
    just=NOTHING,
    why="A link is not work that was handed in; it is left out.",
    aftermath=True,
)
def folder_is_a_link(work: Work) -> None:
    (work.folder / "class").symlink_to(work.scene.course / "submitted")
    work.insert(
        "import os, shutil\n"
        f"other = 'class/{work.scene.other}/c01'\n"
        "if os.path.isdir(other):\n"
        "    print(open(f'{other}/answers.jsonl').read())\n"
        "    open(f'{other}/answers.jsonl', 'a').write('spoiled')"
    )


@case(
    "c01",
    "Rewrites its own answer sheet while it is marked.",
    base="idle",
    just=NOTHING,
    why="The sheet as it was handed in counts, not what the code makes of it afterwards.",
)
def sheet_rewritten_while_marked(work: Work) -> None:
    good = work.folder / "good"
    work.answer(ANSWERS)
    shutil.move(work.sheet, good)
    text = good.read_text(encoding="utf-8")
    good.unlink()
    from tests.corpus.workbench import IDLE_ANSWERS

    work.answer(IDLE_ANSWERS)
    work.insert(f"open('answers.jsonl', 'w').write({text!r})")
