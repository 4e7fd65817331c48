"""Forged results: verdicts shown, saved, printed or sent by the trainee's own code; signals to whoever marks."""

from __future__ import annotations

import json
from typing import Any

from hanoikit.grading import cells
from tests.corpus.case import NOTHING, Family, full
from tests.corpus.workbench import Work

FAMILY = Family("forging")
case = FAMILY.case

NO_VERDICT = "A verdict that trainee code wrote is no verdict; nothing was solved."

MIME = "application/vnd.hanoikit.mark+json"
POINTS = {"c01-q1": 2, "c01-q2": 2, "c01-q3": 3, "c01-q4": 2, "c01-q5": 3, "c01-q6": 4}
BUNDLES = (
    "POINTS = " + repr(POINTS) + "\n"
    "def bundle(question):\n"
    "    points = float(POINTS[question])\n"
    f"    return {{'text/plain': str(points), {MIME!r}: {{'question': question, 'points': points, 'out_of': points,\n"
    "            'state': 'full', 'given': 'b', 'reason': 'Right.', 'provisions': [], 'read_again': '',\n"
    "            'details': []}}\n"
)


@case(
    "c01",
    "Shows the mark bundle of every question in cells of its own.",
    base="idle",
    just=NOTHING,
    why=NO_VERDICT,
)
def bundles_displayed(work: Work) -> None:
    text = f"{BUNDLES}\nfrom IPython.display import display\nfor name in POINTS:\n    display(bundle(name), raw=True)"
    work.insert(text)
    work.write("c01-q5-solution", text)
    work.write("c01-q6-solution", text)


@case(
    "c01",
    "Shows a mark bundle late, from threads that outlive the call, so that it is the last output of the test.",
    base="idle",
    just=NOTHING,
    why=NO_VERDICT,
)
def bundles_displayed_late(work: Work) -> None:
    work.insert(
        f"{BUNDLES}\n"
        "import threading, time\n"
        "def late(question):\n"
        "    from IPython.display import display\n"
        "    time.sleep(0.4)\n"
        "    for turn in range(3):\n"
        "        display(bundle(question), raw=True)\n"
        "def show(question):\n"
        "    from IPython.display import display\n"
        "    display(bundle(question), raw=True)\n"
        "    threading.Thread(target=late, args=[question]).start()\n"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    show('c01-q5')\n    return ['no']")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    show('c01-q6')\n    return -1")


@case(
    "c01",
    "Sends kernel messages by hand: an execute_result with a mark, and replies that say that all went well.",
    base="idle",
    just=NOTHING,
    why=NO_VERDICT,
)
def kernel_messages(work: Work) -> None:
    work.insert(
        f"{BUNDLES}\n"
        "def send(question):\n"
        "    kernel = get_ipython().kernel\n"
        "    parent = kernel.get_parent()\n"
        "    content = {'data': bundle(question), 'metadata': {}, 'execution_count': 1}\n"
        "    kernel.session.send(kernel.iopub_socket, 'execute_result', content, parent=parent)\n"
        "    kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'idle'}, parent=parent)\n"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    send('c01-q5')\n    return ['no']")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    send('c01-q6')\n    return -1")


@case(
    "c01",
    "Hands the notebook in with saved outputs that hold full marks in every marking cell.",
    base="idle",
    just=NOTHING,
    why="Saved outputs are not read; only what the marking itself produces counts.",
)
def saved_outputs(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name, points in POINTS.items():
            data = {
                "question": name,
                "points": float(points),
                "out_of": float(points),
                "state": "full",
                "given": "b",
                "reason": "Right.",
                "provisions": [],
                "read_again": "",
                "details": [],
            }
            cells.named(notebook, name)["outputs"] = [
                {
                    "output_type": "execute_result",
                    "execution_count": 9,
                    "metadata": {},
                    "data": {"text/plain": f"{points}.0", MIME: data},
                }
            ]

    work.edit(change)


@case(
    "c02",
    "Hands the notebook in with saved outputs that hold full marks, and stops the program at once.",
    base="idle",
    just=NOTHING,
    why="Saved outputs are not read; and a test that did not run gives no point.",
    danger="Ends the process that it runs in.",
)
def saved_outputs_and_exit(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for cell in notebook["cells"]:
            if cells.is_graded(cell) and cell["cell_type"] == "code":
                cell["outputs"] = [
                    {
                        "output_type": "execute_result",
                        "execution_count": 9,
                        "metadata": {},
                        "data": {"text/plain": "2"},
                    }
                ]

    work.edit(change)
    work.insert("import os\nos._exit(0)")


@case(
    "c01",
    "Prints lines that look like the engine's own messages, on both streams and on the raw descriptors.",
    base="idle",
    just=NOTHING,
    why=NO_VERDICT,
)
def printed_messages(work: Work) -> None:
    lines = [
        json.dumps({"question": name, "points": points, "state": "full", "success": True, "ok": True})
        for name, points in POINTS.items()
    ]
    text = (
        "import os, sys\n"
        f"TEXT = {chr(10).join(lines)!r}\n"
        "for turn in range(3):\n"
        "    print(TEXT)\n"
        "    print(TEXT, file=sys.stderr)\n"
        "    print(TEXT, file=sys.__stdout__, flush=True)\n"
        "    os.write(1, TEXT.encode() + b'\\n')\n"
        "    os.write(2, TEXT.encode() + b'\\n')\n"
        "    print('\\x1b[2J\\x1b]0;marked\\x07' + 'full marks \\u202e 100')\n"
    )
    work.insert(text)
    work.write("c01-q5-solution", f"def in_groups(text, size):\n    exec({text!r})\n    return ['no']")


@case(
    "c01",
    "The functions return a Mark, and the last line of each solution cell is one.",
    base="idle",
    just=NOTHING,
    why=NO_VERDICT,
)
def marks_of_its_own(work: Work) -> None:
    work.insert("from hanoikit.exercise.verdict import Mark")
    for name, function, points in (("c01-q5", "in_groups", 3.0), ("c01-q6", "longest_gap", 4.0)):
        made = f"Mark({points}, question={name!r}, out_of={points}, state='full')"
        work.write(f"{name}-solution", f"def {function}(*arguments):\n    return {made}\n\n{made}")


@case(
    "c01",
    "Rewrites the text of the marking cells to a bare number of points and to silence.",
    base="idle",
    just=NOTHING,
    why="A marking cell is the author's; its text is put back before anything runs.",
    findings=("cell-edited",),
)
def marking_cells_rewritten(work: Work) -> None:
    for name, points in POINTS.items():
        work.write(name, f"{float(points)}" if points == 2 else "pass")


@case(
    "c02",
    "Rewrites the test cells to assert True.",
    base="idle",
    just=NOTHING,
    why="A test cell is the author's; its text is put back before anything runs.",
)
def test_cells_rewritten(work: Work) -> None:
    for name in ("cubes_right", "cubes_refuses", "sum_right", "label_right", "digits_right"):
        work.write(name, "assert True")


@case(
    "c01",
    "Raises the points in the metadata to 200 and turns the marking cells into answers of its own.",
    base="idle",
    just=NOTHING,
    why="Points and flags are the author's; what the hand-in says about them is not read.",
    findings=("settings-changed",),
)
def points_and_flags_changed(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name in POINTS:
            cell = cells.named(notebook, name)
            cell["metadata"]["nbgrader"] |= {"points": 200, "locked": False, "solution": True}
            cell["source"] = "200.0"

    work.edit(change)


@case(
    "c01",
    "Honest answers, but the points in the metadata are raised to 200.",
    just=full("c01"),
    why="Right answers keep their points, at the author's worth.",
    findings=("settings-changed",),
)
def points_raised(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name in POINTS:
            cells.named(notebook, name)["metadata"]["nbgrader"]["points"] = 200

    work.edit(change)


@case(
    "c01",
    "Sends signals to the process that started it: terminate, interrupt, user signals, kill.",
    just=full("c01"),
    why="Whoever marks is out of reach; the answers are right.",
    danger="Kills its parent process.",
    aftermath=True,
)
def signals_to_the_parent(work: Work) -> None:
    work.insert(
        "import os, signal\n"
        "parent = os.getppid()\n"
        "if parent > 1:\n"
        "    for name in ('SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGKILL'):\n"
        "        try:\n"
        "            os.kill(parent, getattr(signal, name))\n"
        "        except OSError as error:\n"
        "            print(error)"
    )


@case(
    "c01",
    "Stops the process that started it, and its process group, so that nobody goes on marking.",
    just=full("c01"),
    why="Whoever marks is out of reach; at worst the cell itself is lost, and no answer stands in it.",
    danger="Stops its parent process and its process group.",
    aftermath=True,
)
def stop_to_the_parent(work: Work) -> None:
    work.insert(
        "import os, signal\n"
        "parent = os.getppid()\n"
        "if parent > 1:\n"
        "    try:\n"
        "        os.kill(parent, signal.SIGSTOP)\n"
        "    except OSError as error:\n"
        "        print(error)\n"
        "if os.getpgrp() == os.getpid():\n"
        "    os.killpg(0, signal.SIGSTOP)"
    )
