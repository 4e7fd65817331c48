"""A small class for tests: three people with difficult names, one assignment of the corpus, handed in and marked."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hanoikit.classroom.klass import Class
from hanoikit.exercise.sheet import Sheet
from hanoikit.grading import AssignmentSource

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SOURCE = Path(__file__).parent.parent / "corpus" / "c01" / "c01.md"
LIST = """\
Họ;Tên;Email;Nhóm
Öz, "Jr.";Amal;amal@police.example;XA
Nguyễn;Thị An;an@police.example;XB
=1+1;小龙;;XB
"""
WRITTEN = {
    "t01": "Nobody may change the original, because its hash is what the court compares: $E = mc^2$.",
    "t02": "The copy is what we read. Signed: Nguyễn Thị An (T02), an@police.example\n\n"
    "<script>window.written = 1</script><img src='http://192.0.2.7/x.png'>",
    "t03": '=HYPERLINK("http://192.0.2.7", "open")',
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "t01": {"c01-q1": "b", "c01-q2": 90, "c01-q3": ["b", "c", "d", "a"]},
    "t02": {"c01-q1": "b", "c01-q2": 60},
    "t03": {"c01-q1": "a"},
}


def make(folder: Path) -> Class:
    """The class with its roster; nothing is released yet."""
    from hanoikit.cli import run

    klass = Class.create(
        folder,
        title="Autumn, Hà Nội",
        zone="Asia/Ho_Chi_Minh",
        now=NOW,
        assignments=[AssignmentSource.read(SOURCE)],
    )
    names = folder.parent / "names.csv"
    names.write_text(LIST, encoding="utf-16")
    assert run(["class", "roster", str(names), "--class", str(folder)]) == 0
    return klass


def hand_in(klass: Class) -> None:
    """What the three people hand in, as it lies there after it was collected."""
    for trainee, written in WRITTEN.items():
        folder = klass.course.submitted(trainee, "c01")
        shutil.copytree(klass.course.release("c01"), folder)
        sheet = Sheet.in_folder(folder, assignment="c01", clock=lambda: NOW, session=trainee)
        sheet.extend([(name, value, NOW) for name, value in ANSWERS[trainee].items()])
        sheet.extend([("c01-q7", written, NOW)])
        (folder / "timestamp.txt").write_text("2026-11-16 09:30:00 UTC")


def mark(klass: Class) -> None:
    """Marked by the engine; the written answers wait for a person."""
    from hanoikit.grading.trusted import TrustedEngine
    from hanoikit.grading.trusted.course_run import CourseRun
    from hanoikit.grading.trusted.layout import Layout

    with TrustedEngine() as engine:
        results = list(CourseRun(Layout.of(klass.root), engine, jobs=1).autograde("c01"))
    assert [result.state for result in results] == ["marked"] * 3
