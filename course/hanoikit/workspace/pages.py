"""The page that JupyterLab opens first: plain, short, with what to do when something does not work.

>>> print(start_page([("lessons/m04-evidence-chain.ipynb", "The digital evidence chain")], []))
# Start here
...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from hanoikit.i18n import _

START_PAGE = "Start here.md"


def start_page(
    lessons: Sequence[tuple[str, str]],
    exercises: Sequence[tuple[str, str]],
    pages: Sequence[tuple[str, str]] = (),
) -> str:
    """The page in Markdown, in the trainee's language; each entry is a path in the folder and its title."""
    parts = [
        f"# {_('Start here')}",
        _("This is a course about the United Nations Convention against Cybercrime. You learn by doing."),
        _(
            "**Alone:** begin with module 1: first its lesson, then its exercise. **In a class:** your instructor says "
            "which module."
        ),
        f"## {_('1. Open a lesson')}",
        _links(lessons, _("There is no lesson yet.")),
        f"## {_('2. Press the blue button')}",
        _(
            "The blue button **Run the whole lesson** is at the top of the page. Press it once. The controls "
            "of the lesson then appear below each text. Press it again each time you open the lesson."
        ),
        f"## {_('3. Answer the questions of the exercise')}",
        _links(exercises, _("There is no exercise yet.")),
        _(
            "An exercise works in the same way: open it, press the blue button, and answer. You do not have "
            "to write code, except in questions that say so."
        ),
        *(
            [
                f"## {_('4. Hand in')}",
                _links(pages, ""),
                _(
                    "The page **Hand in** seals your work into one file and shows you a code. You can put the file on "
                    "a stick, into a shared folder or into a mail. Alone, you need it only for a receipt of your own. "
                    "The page **Workshop room** is for a workshop: your instructor says when."
                ),
            ]
            if pages
            else []
        ),
        f"## {_('Where your answers are')}",
        _(
            "Each answer is saved at once in the file `answers.jsonl`, in the folder of the exercise. You "
            "can close everything at any time. When you open the exercise again and press the blue button, "
            "your answers are back."
        ),
        f"## {_('When something does not work')}",
        _table(
            [
                (_("What you see"), _("What to do")),
                (
                    _("A question shows text but no control"),
                    _("Press the blue button and wait a few seconds."),
                ),
                (
                    _("A message in red"),
                    _("In the menu Kernel, choose 'Restart Kernel and Run All Cells'. Your answers stay."),
                ),
                (
                    _("Nothing moves any more"),
                    _(
                        "Close the browser page. In the black window press Ctrl+C. "
                        "Then type `hanoikit start` again."
                    ),
                ),
                (
                    _("A file with 'new edition' in its name"),
                    _("The course has a newer text. Your own file was kept; you can go on in either."),
                ),
                (
                    _("It still does not work"),
                    _("Type `hanoikit doctor` in the black window and read its code to your instructor."),
                ),
            ]
        ),
        f"## {_('What the Convention says')}",
        f"[{_('All articles, in short')}](reference/convention.md)",
    ]
    return "\n\n".join(parts) + "\n"


def _links(entries: Sequence[tuple[str, str]], nothing: str) -> str:
    return "\n".join(f"- [{_named(path, title)}]({quote(path)})" for path, title in entries) or nothing


def _named(path: str, title: str) -> str:
    """The title with the number that people name the module by; instructors and file names use it."""
    found = re.match(r"m(\d\d)-", path.rpartition("/")[2])
    if found is None:
        return title
    return _("Module {number}: {title}").format(number=int(found[1]), title=title)


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = [f"| {left} | {right} |" for left, right in rows]
    lines.insert(1, "| --- | --- |")
    return "\n".join(lines)
