"""A cohort's course directory: nbgrader's folders and an ``nbgrader_config.py`` with which nbgrader works
unchanged.

>>> course = course_directory(Path("autumn"), assignments=["m04-evidence-chain"])
>>> sorted(path.name for path in course.root.iterdir())
['exchange', 'nbgrader_config.py', 'source']

``nbgrader ...`` and formgrader run in that folder as in any other course. The folder can be moved: the
configuration finds its own place.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hanoikit.errors import ClassroomError
from hanoikit.grading import cells
from hanoikit.grading.source import AssignmentSource, installed
from hanoikit.i18n import _

COURSE_ID = "hanoi-kit"

CONFIG = '''\
"""nbgrader's settings for this course directory, written by Hanoi Kit. You may add your own below."""

import sys
from pathlib import Path

try:
    from hanoikit.grading.nbgrader_steps import {steps} as AUTOGRADE, FEEDBACK, SANITIZE
except ImportError as error:
    # Left alone, nbgrader would go on with its own steps and run trainees' code with your rights. A step that
    # it cannot import makes it mark nothing.
    AUTOGRADE = SANITIZE = FEEDBACK = ["hanoikit.grading.nbgrader_steps.Missing"]
    print(f"Nothing is marked: Hanoi Kit is not installed beside nbgrader ({{error}}).", file=sys.stderr)

HERE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "{course_id}"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
c.CourseDirectory.db_url = "sqlite:///" + (HERE / "gradebook.db").as_posix()
c.Exchange.root = str(HERE / "exchange")
c.Exchange.cache = str(HERE / "exchange" / "cache")

# Seconds for one cell. Questions that let an independent program check a package take a few.
c.Execute.timeout = {cell_seconds}

# nbgrader's own steps, with three of the kit's among them: repair of copied or deleted cells, written
# answers copied from answers.jsonl, and no point without a verdict.
c.Autograde.sanitize_preprocessors = SANITIZE
c.Autograde.autograde_preprocessors = AUTOGRADE
# Feedback pages without the hidden tests, which nbgrader alone would print with their keys.
c.GenerateFeedback.preprocessors = FEEDBACK
c.RepairHandIn.release_directory = "release"
c.CopyWrittenAnswers.release_directory = "release"
'''


@dataclass(frozen=True, slots=True)
class CourseDirectory:
    """Where things are in a course directory."""

    root: Path

    @property
    def gradebook(self) -> str:
        """The gradebook's database URL."""
        return "sqlite:///" + (self.root / "gradebook.db").as_posix()

    def source(self, assignment: str) -> Path:
        """The author's notebook, with hidden tests."""
        return self.root / "source" / assignment / f"{assignment}.ipynb"

    def release(self, assignment: str) -> Path:
        """The folder that trainees receive."""
        return self.root / "release" / assignment

    def submitted(self, trainee: str, assignment: str) -> Path:
        """The folder that a trainee handed in."""
        return self.root / "submitted" / trainee / assignment

    def autograded(self, trainee: str, assignment: str) -> Path:
        """The marked copy of the notebook."""
        return self.root / "autograded" / trainee / assignment / f"{assignment}.ipynb"

    def feedback(self, trainee: str, assignment: str) -> Path:
        """nbgrader's feedback page."""
        return self.root / "feedback" / trainee / assignment / f"{assignment}.html"


def course_directory(
    folder: Path,
    *,
    assignments: Iterable[AssignmentSource | str] | None = None,
    cell_seconds: int = 180,
    trusted: bool = False,
) -> CourseDirectory:
    """Make a course directory, or refresh the sources of one that is there.

    ``assignments`` are sources or names of installed assignments; default: all that are installed. The
    author's notebooks are derived into ``source/``, because an installed course has them as text only and
    may be read-only. With ``trusted`` formgrader's button runs the trusted engine. An existing
    ``nbgrader_config.py`` is kept. Raises :class:`ClassroomError` when the folder is in use for other things.
    """
    config = folder / "nbgrader_config.py"
    if folder.is_dir() and not config.is_file() and any(folder.iterdir()):
        raise ClassroomError(
            _("The folder has other files in it."),
            where=str(folder),
            next_step=_("Name a new or an empty folder for the course."),
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exchange").mkdir(exist_ok=True)
    if not config.is_file():
        text = CONFIG.format(
            course_id=COURSE_ID,
            cell_seconds=cell_seconds,
            steps="TRUSTED_AUTOGRADE" if trusted else "AUTOGRADE",
        )
        config.write_text(text, encoding="utf-8", newline="\n")
    course = CourseDirectory(folder.resolve())
    for chosen in installed() if assignments is None else assignments:
        place_source(
            chosen if isinstance(chosen, AssignmentSource) else AssignmentSource.installed(chosen), course
        )
    return course


def place_source(source: AssignmentSource, course: CourseDirectory) -> None:
    """Put the author's notebook and the files that go with it into the course's ``source/``."""
    target = course.source(source.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    # nbgrader copies all files beside a notebook into the release. The text source holds every key, so it
    # stays out.
    for path in sorted(source.text.parent.rglob("*")):
        part = path.relative_to(source.text.parent)
        hidden = any(piece.startswith((".", "__")) for piece in part.parts)
        if path.is_file() and not hidden and path.suffix not in {".ipynb", ".md"}:
            (target.parent / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target.parent / part)
    cells.write_notebook(source.notebook, target)
