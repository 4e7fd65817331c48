"""A small class of invented people with two assignments, and hand-ins made with the real tools, for the tests."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanoikit.classroom.klass import Class
from hanoikit.classroom.roster import Roster, Trainee
from hanoikit.exercise.sheet import Sheet
from hanoikit.grading import AssignmentSource, cells
from hanoikit.handin import bundle
from hanoikit.handin.me import Who

FIRST, SECOND = "m99-marking", "m98-second"
TEXT = Path(__file__).parent.parent / "grading" / "data" / FIRST / f"{FIRST}.md"
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
PEOPLE = (
    Trainee("t01", "Kovač", "Ana", "ana.kovac@police.example"),
    Trainee("t02", "Okafor", "Ben"),
    Trainee("t03", "陳", "大文"),
    Trainee("t04", "O'Brien, Jr.", "Siobhán"),
    Trainee("t05", "Nguyễn", "Thị Hồng"),
    Trainee("t06", "Kovač", "Ivan"),
)


@dataclass
class Scene:
    """A class, a place for the work of its trainees, and a stick."""

    klass: Class
    work: Path
    stick: Path
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)

    def key(self, who: str) -> Ed25519PrivateKey:
        return self.keys.setdefault(who, Ed25519PrivateKey.generate())

    def folder(self, who: str, assignment: str = FIRST, *, answers: int = 2, at: datetime = NOW) -> Path:
        """The folder of an assignment as a trainee has it, with answers on a real sheet; gone on with each time."""
        folder = self.work / who / assignment
        if not folder.is_dir():
            shutil.copytree(self.klass.course.release(assignment), folder)
        module = assignment[:3]
        sheet = Sheet.in_folder(folder, assignment=assignment, clock=lambda: at, session=f"session-{who}")
        given = len(sheet.history()) if (folder / "answers.jsonl").is_file() else 0
        values = [("q1", "b"), ("q2", ["a", "b", "d"]), ("q3", 90), ("q9", "25(2)")]
        more = [
            (f"{module}-{question}", value, at + timedelta(seconds=number))
            for number, (question, value) in enumerate(values[given:answers], given)
        ]
        if more:
            sheet.extend(more)
        return folder

    def seal(
        self,
        who: str,
        assignment: str = FIRST,
        *,
        answers: int = 2,
        at: datetime = NOW,
        to: Path | None = None,
        key: str = "",
        id: str | None = None,
        name: str = "",
        number: int = 1,
        class_id: str | None = None,
    ) -> Path:
        """A sealed bundle, as ``hanoikit submit`` writes it."""
        (to or self.stick).mkdir(parents=True, exist_ok=True)
        sealed = bundle.seal(
            self.folder(who, assignment, answers=answers, at=at),
            assignment=assignment,
            who=Who(who if id is None else id, name),
            key=self.key(key or who),
            class_id=self.klass.id if class_id is None else class_id,
            to=to or self.stick,
            at=at,
            number=number,
        )
        return sealed.path


def make_class(root: Path, texts: Path) -> Class:
    """A class with two open, released assignments."""
    second = texts / SECOND / f"{SECOND}.md"
    second.parent.mkdir(parents=True)
    text = TEXT.read_text(encoding="utf-8").replace(FIRST, SECOND).replace("m99", "m98")
    second.write_text(text.replace("module: 99", "module: 98"), encoding="utf-8")
    sources = [AssignmentSource.read(TEXT), AssignmentSource.read(second)]
    klass = Class.create(
        root,
        title="Autumn",
        zone="Europe/Helsinki",
        now=NOW - timedelta(days=3),
        assignments=sources,  # type: ignore[arg-type]
    )
    Roster(PEOPLE).write(klass.roster_path)
    for source in sources:
        klass.course.release(source.name).mkdir(parents=True)
        cells.write_notebook(source.release, klass.course.release(source.name) / f"{source.name}.ipynb")
        klass.plan(source.name, state="open")
    return klass


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes; locks apart."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def submitted(klass: Class) -> dict[str, bytes]:
    """What lies ready for marking."""
    folder = klass.root / "submitted"
    return snapshot(folder) if folder.is_dir() else {}
