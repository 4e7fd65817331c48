"""Folders that do not look as they were handed out: other names, other files, things that are no files."""

from __future__ import annotations

import json

from hanoikit.grading import cells
from tests.corpus.case import NOTHING, Family, full
from tests.corpus.workbench import Work

FAMILY = Family("folders")
case = FAMILY.case

ONLY_SHEET = full("c01", q5=0, q6=0)
LOST = "The answers in the sheet are safe and count; the functions stood in the notebook. A person is told."
RESTORED = "Nothing of the work is gone: cells are known by name, id, text and place, and put back."


@case(
    "c01",
    "The file has the name c01-Copy1.ipynb.",
    just=full("c01"),
    why="It is the only notebook there, so it is the one.",
    human=False,
    findings=["notebook-renamed"],
)
def renamed_file(work: Work) -> None:
    work.path.rename(work.folder / "c01-Copy1.ipynb")


@case(
    "c01",
    "An old and wrong copy of the notebook lies beside it.",
    just=full("c01"),
    why="The one of the right name is marked, and the other is named.",
    findings=["notebook-extra"],
)
def second_notebook(work: Work) -> None:
    notebook = work.notebook()
    cells.named(notebook, "c01-q5-solution")["source"] = "def in_groups(text, size):\n    return []"
    work.put("c01-old.ipynb", json.dumps(notebook))


@case(
    "c01",
    "The notebook is not in the folder; the sheet is.",
    just=ONLY_SHEET,
    why=LOST,
    human=True,
    findings=["notebook-lost"],
)
def notebook_missing(work: Work) -> None:
    work.path.unlink()


@case(
    "c01",
    "The file is empty, and there is no answer sheet.",
    base="idle",
    just=NOTHING,
    why="There is nothing to mark. The hand-in is named, with what to do; nothing is lost in silence.",
    refused=True,
)
def nothing_at_all(work: Work) -> None:
    work.path.write_bytes(b"")
    work.sheet.unlink()


@case(
    "c01",
    "Folders are nested until no path leads to their end, and names are as odd as names can be.",
    just=full("c01"),
    why="Other files are not marked; the work is right.",
)
def odd_names(work: Work) -> None:
    import os

    for name in (
        "line\nbreak.txt",
        "-rf",
        "--help",
        "$(touch was-here)",
        "a;b|c",
        "\u202egpj.exe",
        "x" * 250,
        "ʻOkina ✓.txt",
        "c01.ipynb ",
        "...",
    ):
        work.put(name, "odd")
    here = os.open(work.folder, os.O_RDONLY)
    for _turn in range(40):
        os.mkdir("deep" * 30, dir_fd=here)
        there = os.open("deep" * 30, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
    os.close(here)


@case(
    "c01",
    "The folder holds a pipe that nobody writes to, a socket and a file that may not be read.",
    just=full("c01"),
    why="What is no file is left out; the work is right.",
)
def things_that_are_no_files(work: Work) -> None:
    import os
    import socket

    os.mkfifo(work.folder / "data.txt")
    os.mkfifo(work.folder / "notes.ipynb")
    here = os.open(".", os.O_RDONLY)
    os.chdir(work.folder)
    try:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.bind("socket")
    finally:
        os.fchdir(here)
        os.close(here)
    work.put("secret.txt", "mine").chmod(0)


@case("c01", "A folder has the name of the notebook.", just=ONLY_SHEET, why=LOST, human=True)
def notebook_is_a_folder(work: Work) -> None:
    work.path.unlink()
    work.path.mkdir()
