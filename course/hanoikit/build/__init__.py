"""Text sources -> notebooks: read, checked and derived, with a check that nothing derived is stale.

>>> from hanoikit import build, resources
>>> course = build.Course.of_checkout(resources.checkout())
>>> build.write(build.derive_all(course))      # what `hanoikit build` does
>>> build.stale(build.derive_all(course))      # what `hanoikit build --check` reports
[]

Modules: ``source`` reads, ``frontmatter``, ``text`` and ``questions`` check, ``notebook`` derives,
``release`` makes what the trainee receives, ``tables`` makes the generated pages, ``course`` does it for the
whole course.
"""

from __future__ import annotations

from hanoikit.build.course import (
    Course,
    Derived,
    assignment_paths,
    check_source,
    derive_all,
    derive_lesson,
    lesson_paths,
    page_paths,
    stale,
    write,
)
from hanoikit.build.notebook import derive, dumps, loads
from hanoikit.build.questions import Question, questions
from hanoikit.build.release import check_stub, release
from hanoikit.build.source import Source, parse, read
from hanoikit.build.text import Treaty

__all__ = [
    "Course",
    "Derived",
    "Question",
    "Source",
    "Treaty",
    "assignment_paths",
    "check_source",
    "check_stub",
    "derive",
    "derive_all",
    "derive_lesson",
    "dumps",
    "lesson_paths",
    "loads",
    "page_paths",
    "parse",
    "questions",
    "read",
    "release",
    "stale",
    "write",
]
