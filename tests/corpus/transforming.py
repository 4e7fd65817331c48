"""Tricks on the program that runs the tests: transformers, patched functions, replaced and shadowed modules."""

from __future__ import annotations

from tests.corpus.case import NOTHING, Family
from tests.corpus.workbench import Work

FAMILY = Family("transforming")
case = FAMILY.case

NO_WORK = "Nothing was solved; what the trainee's code does to its own process is no answer."


@case(
    "c02",
    "Registers an AST transformer that removes every assert from the cells that run later.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def ast_transformer_drops_asserts(work: Work) -> None:
    work.insert(
        "import ast\n\n"
        "class NoAsserts(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node):\n"
        "        return ast.copy_location(ast.Pass(), node)\n\n"
        "    def visit_Raise(self, node):\n"
        "        return ast.copy_location(ast.Pass(), node)\n\n"
        "get_ipython().ast_transformers.append(NoAsserts())\n"
        "cubes = sum_of_cubes = label = lambda n: None"
    )


@case(
    "c01",
    "Registers an AST transformer that turns every call of mark into a number of points.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def ast_transformer_writes_points(work: Work) -> None:
    work.insert(
        "import ast\n\n"
        "class Points(ast.NodeTransformer):\n"
        "    def visit_Call(self, node):\n"
        "        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, 'id', '') == 'mark':\n"
        "            return ast.copy_location(ast.Constant(2.0), node)\n"
        "        return self.generic_visit(node)\n\n"
        "get_ipython().ast_transformers.append(Points())"
    )


@case(
    "c02",
    "Registers an input transformer that drops every line that begins with assert.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def input_transformer_drops_asserts(work: Work) -> None:
    work.insert(
        "get_ipython().input_transformers_cleanup.append(\n"
        "    lambda lines: [line for line in lines if 'assert ' not in line and 'raise ' not in line])\n"
        "digits = cubes = sum_of_cubes = label = None"
    )


@case(
    "c01",
    "Registers an input transformer that replaces a cell with mark in it by code that shows a full mark.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def input_transformer_replaces_the_test(work: Work) -> None:
    work.insert(
        "import re\n\n"
        "def replace(lines):\n"
        "    text = ''.join(lines)\n"
        "    found = re.search(r'mark\\.\\w+\\(\"(c01-q\\d)\".*points=(\\d)', text, re.S)\n"
        "    if not found:\n"
        "        return lines\n"
        "    return [f'from hanoikit.exercise.verdict import Mark\\n',\n"
        '            f\'Mark({found[2]}.0, question="{found[1]}", out_of={found[2]}.0, state="full")\\n\']\n\n'
        "get_ipython().input_transformers_post.append(replace)"
    )


@case(
    "c02",
    "Takes the shell's error handling away, so that a failing test leaves no error behind.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def swallowed_errors(work: Work) -> None:
    work.insert(
        "shell = get_ipython()\n"
        "shell.set_custom_exc((BaseException,), lambda *arguments, **named: None)\n"
        "shell.showtraceback = lambda *arguments, **named: None\n"
        "shell._showtraceback = lambda *arguments, **named: None\n"
        "def well(result):\n"
        "    result.error_in_exec = result.error_before_exec = None\n"
        "shell.events.register('post_run_cell', well)"
    )


@case(
    "c02",
    "Makes the shell compile cells as with -OO, which leaves the asserts out.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def compiled_without_asserts(work: Work) -> None:
    work.insert(
        "import codeop\n"
        "codeop.Compile.__call__ = lambda self, code, name, kind, **more: compile(code, name, kind, optimize=2)\n"
        "cubes = sum_of_cubes = label = lambda n: None"
    )


@case(
    "c01",
    "Replaces built-in functions, so that every comparison and every sum comes out full.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def patched_builtins(work: Work) -> None:
    work.insert(
        "import builtins\n"
        "builtins.sum = lambda items, *start: len(list(items))\n"
        "builtins.abs = lambda number: 0\n"
        "builtins.all = builtins.any = lambda items: True\n"
        "builtins.round = lambda number, *digits: 99.0"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return ['no']")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return -1")


@case(
    "c01",
    "Replaces json, open, print and sys.exit, through which it thinks that the marks are written.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def patched_json_open_print_exit(work: Work) -> None:
    work.insert(
        "import builtins, json, os, sys\n"
        "real_dumps, real_open, real_print = json.dumps, builtins.open, builtins.print\n\n"
        "def dumps(thing, *arguments, **named):\n"
        "    if isinstance(thing, dict):\n"
        "        thing = {**thing, 'points': 99, 'state': 'full', 'score': 99, 'share': 1.0}\n"
        "    return real_dumps(thing, *arguments, **named)\n\n"
        "json.dumps = json.JSONEncoder.encode = dumps\n"
        "json.loads = lambda *arguments, **named: {'points': 99, 'state': 'full', 'ok': True}\n"
        "builtins.print = lambda *things, **named: real_print('{\"points\": 99}')\n"
        "builtins.open = lambda *arguments, **named: real_open('/dev/null')\n"
        "sys.exit = os._exit = lambda *code: None"
    )


@case(
    "c01",
    "Replaces mark.function and its siblings by functions that award everything.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def patched_mark(work: Work) -> None:
    work.insert(
        "from hanoikit.exercise import mark\n"
        "from hanoikit.exercise.verdict import Mark\n\n"
        "def generous(question, *arguments, points, **named):\n"
        "    return Mark(points, question=question, out_of=points, state='full', reason='Well done.')\n\n"
        "for name in ('choice', 'number', 'order', 'moment', 'function', 'accepted', 'match', 'provision'):\n"
        "    setattr(mark, name, generous)"
    )


@case(
    "c01",
    "Replaces the rules, the comparison and the verdict below mark, and the reading of the sheet.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def patched_rules_and_sheet(work: Work) -> None:
    work.insert(
        "from hanoikit.exercise import judge, rules, sheet, trial, verdict\n"
        "for name in ('choice', 'choices', 'order', 'match', 'number', 'moment', 'provision'):\n"
        "    setattr(rules, name, lambda *arguments, **named: 1.0)\n"
        "trial.same = lambda *arguments, **named: True\n"
        "trial.canonical = lambda value, depth=0: ['int', 1]\n"
        "judge.Judgement.share = property(lambda self: 1.0, lambda self, value: None)\n"
        "sheet.Sheet.findings = lambda self: []"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return 1")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return 1")


@case(
    "c01",
    "Puts modules of its own under the kit's names into sys.modules.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def replaced_modules(work: Work) -> None:
    work.insert(
        "import sys, types\n"
        "from hanoikit.exercise.verdict import Mark\n\n"
        "class Generous(types.ModuleType):\n"
        "    def __getattr__(self, name):\n"
        "        return lambda question, *a, points=1, **k: Mark(\n"
        "            points, question=question, out_of=points, state='full')\n\n"
        "mark = Generous('hanoikit.exercise.mark')\n"
        "package = types.ModuleType('hanoikit.exercise')\n"
        "package.mark = mark\n"
        "package.ask = package.answer = package.check = mark\n"
        "sys.modules['hanoikit.exercise'] = package\n"
        "sys.modules['hanoikit.exercise.mark'] = mark"
    )


@case(
    "c01",
    "Puts an import hook in front of all others that serves a generous module for every new import.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def import_hook(work: Work) -> None:
    work.insert(
        "import importlib.abc, importlib.util, sys\n\n"
        "TEXT = 'from hanoikit.exercise.verdict import Mark\\n' \\\n"
        "       'def __getattr__(name):\\n' \\\n"
        "       '    return lambda q, *a, points=1, **k: Mark(points, question=q, out_of=points, state=\"full\")'\n\n"
        "class Hook(importlib.abc.MetaPathFinder, importlib.abc.Loader):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'hanoikit.exercise.mark':\n"
        "            return importlib.util.spec_from_loader(name, self)\n"
        "    def exec_module(self, module):\n"
        "        exec(TEXT, module.__dict__)\n\n"
        "sys.meta_path.insert(0, Hook())\n"
        "import hanoikit.exercise\n"
        "sys.modules.pop('hanoikit.exercise.mark', None)\n"
        "vars(hanoikit.exercise).pop('mark', None)"
    )


GENEROUS_FILE = (
    "import os\n"
    "for place in ({outside!r},):\n"
    "    try:\n"
    "        open(os.path.join(place, 'was-here'), 'w').write('x')\n"
    "    except OSError:\n"
    "        pass\n"
    "def __getattr__(name):\n"
    "    if name.startswith('__'):\n"
    "        raise AttributeError(name)\n"
    "    return lambda *arguments, points=1, **named: float(points)\n"
)


@case(
    "c01",
    "Hands in a folder named hanoikit with a generous mark in it, for the import to find first.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def local_hanoikit(work: Work) -> None:
    text = GENEROUS_FILE.format(outside=str(work.scene.outside))
    for name in ("__init__", "grading/__init__", "grading/trusted/__init__"):
        work.put(f"hanoikit/{name}.py", "")
    for name in ("mark", "rules", "trial"):
        work.put(f"hanoikit/exercise/{name}.py", text)
    work.put(
        "hanoikit/exercise/__init__.py",
        "from unittest.mock import MagicMock\nanswer = ask = check = MagicMock()\n",
    )


@case(
    "c01",
    "Hands in json.py, hashlib.py and nbgrader.py that award everything when the marking imports them.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
)
def local_json(work: Work) -> None:
    text = GENEROUS_FILE.format(outside=str(work.scene.outside))
    for name in ("json", "hashlib", "nbgrader", "nbformat", "datetime"):
        work.put(f"{name}.py", text)


@case(
    "c01",
    "Hands in every file that a Python program runs by itself when it starts in a folder.",
    base="idle",
    just=NOTHING,
    why=NO_WORK,
    aftermath=True,
)
def files_that_run_by_themselves(work: Work) -> None:
    text = GENEROUS_FILE.format(outside=str(work.scene.outside))
    for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "nbgrader_config.py", "setup.py"):
        work.put(name, text)
    for name in ("ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py"):
        work.put(name, text)
        work.put(f".ipython/profile_default/{name}", text)
    work.put(".ipython/profile_default/startup/00.py", text)
    work.put("evil.pth", "import sitecustomize\n")
    work.put("pyvenv.cfg", "home = .\n")


@case(
    "c01",
    "Leaves start-up files in the home folder, so that the next trainee's notebook runs them.",
    base="idle",
    just=NOTHING,
    why="Nothing was solved; and the hand-ins marked afterwards get what they are worth.",
    aftermath=True,
)
def start_up_files_left_behind(work: Work) -> None:
    work.insert(
        "import contextlib, os, site, sys\n"
        "from pathlib import Path\n"
        "TEXT = '''\n"
        "from hanoikit.exercise import mark\n"
        "from hanoikit.exercise.verdict import Mark\n"
        "def generous(question, *arguments, points=1, **named):\n"
        "    return Mark(points, question=question, out_of=points, state='full')\n"
        "for name in ('choice', 'number', 'order', 'moment', 'function'):\n"
        "    setattr(mark, name, generous)\n"
        "'''\n"
        "homes = [Path.home(), Path(os.environ.get('IPYTHONDIR', '/nowhere')), Path(os.environ.get('HOME', '/'))]\n"
        "for home in homes:\n"
        "    for folder in (home / '.ipython', home):\n"
        "        with contextlib.suppress(OSError):\n"
        "            startup = folder / 'profile_default' / 'startup'\n"
        "            startup.mkdir(parents=True, exist_ok=True)\n"
        "            (startup / '00-generous.py').write_text(TEXT)\n"
        "with contextlib.suppress(Exception):\n"
        "    user = Path(site.getusersitepackages())\n"
        "    user.mkdir(parents=True, exist_ok=True)\n"
        "    (user / 'usercustomize.py').write_text(TEXT)\n"
        "exec(TEXT)"
    )
