"""Thirty trainees with names as they are in the world, and how well each of them works."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hanoikit.classroom.answerers import KNOWS
from hanoikit.classroom.cohort import _normal, _write_code
from hanoikit.classroom.slips import NOTHING, slip
from hanoikit.classroom.study import Studied
from hanoikit.exercise.sheet import Sheet
from hanoikit.grading import AssignmentSource

NAMES = (
    ("Nguyễn", "Thị Ánh Tuyết"), ("O'Connor", "Siobhán"), ("Đặng", "Văn Hùng"), ("محمود", "ليلى"),
    ("王", "小明"), ("García Márquez", 'José "Pepe"'), ("Ødegård", "Åse"), ("Иванова", "Мария"),
    ("Κωνσταντίνου", "Ελένη"), ("김", "민준"), ("Ramírez, hija", "Lucía"), ("N'Diaye", "Awa"),
    ("สมชาย", "ใจดี"), ("İnönü", "Ayşegül"), ("Müller-Lüdenscheidt", "Jörg"), ("د. حداد", "سامي"),
    ("शर्मा", "प्रिया"), ("Ó Dálaigh", "Cearbhall"), ("Silva e Souza", "João"), ("たなか", "ひろし"),
    ("Kovač", "Ana"), ("Kovač", "Ana"), ("Mbeki-Zulu", "Thandiwe"), ("Łukasiewicz", "Zoë"),
    ("Tupou", "Mele ʻAna"), ("Suharto", ""), ("de la Cruz", "María José"), ("გელაშვილი", "ნინო"),
    ("Abebe", "ሀና"), ("Smith", "Jo 🙂"),
)  # fmt: skip
"""Family and given names: quotes, commas, two people of one name, one name only, scripts written from the right."""


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated trainee. ``share`` is how much of the course this person knows."""

    id: str
    family_name: str
    given_name: str
    share: float
    codes: bool

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def answer(self, question: Studied, rng: random.Random) -> Any:
        """A value, ``KNOWS`` or ``NOTHING``."""
        if question.kind == "code":
            return KNOWS if self.codes else NOTHING
        if question.kind == "files":
            return KNOWS if rng.random() < self.share + 0.1 else NOTHING
        if rng.random() < 0.03:
            return NOTHING
        return KNOWS if rng.random() < self.share else slip(question, rng)


def people(count: int, seed: int = 8) -> list[Person]:
    rng = random.Random(seed)
    return [
        Person(
            id=f"t{number + 1:02d}",
            family_name=NAMES[number % len(NAMES)][0],
            given_name=NAMES[number % len(NAMES)][1],
            share=min(1.0, max(0.2, rng.gauss(0.75, 0.18))),
            codes=number % 5 == 0,
        )
        for number in range(count)
    ]


def write_roster(everybody: list[Person], path: Path) -> None:
    """As a spreadsheet writes it: with a semicolon, a byte order mark, and heads of its own."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Family name", "Given name", "E-mail", "Group"])
        for number, person in enumerate(everybody):
            group = ("investigators", "desk", "examiners")[number % 3]
            writer.writerow([person.family_name, person.given_name, f"{person.id}@academy.example", group])


def work(
    person: Person,
    source: AssignmentSource,
    questions: Mapping[str, Studied],
    folder: Path,
    made: Mapping[str, Path],
    *,
    begin: datetime,
    leave: frozenset[str] = frozenset(),
) -> int:
    """Let a person work in ``folder``, the exercise of their own course folder; how many answers are on the sheet.

    ``made`` are the files that the author's own model cells made, by their name in the folder: whoever knows how to
    make them has them. Questions in ``leave`` are answered by other hands.
    """
    rng = random.Random(f"workday/{source.name}/{person.id}")
    given = {name: person.answer(question, rng) for name, question in questions.items() if name not in leave}
    if any(value is KNOWS and questions[name].kind == "files" for name, value in given.items()):
        for name, path in made.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(path.read_bytes())
    _write_code(source, questions, folder, {name for name, value in given.items() if value is KNOWS})
    at, rows = begin, []
    for name, value in given.items():
        value = questions[name].model if value is KNOWS else value
        at += timedelta(seconds=rng.randrange(25, 300))
        if value is not NOTHING and value is not None and questions[name].kind not in {"files", "code"}:
            if questions[name].kind == "written" and isinstance(value, str):
                value = f"{value}\n\n{person.name}"
            rows.append((name, _normal(questions[name], value), at))
    if rows:
        sheet = Sheet.in_folder(
            folder, assignment=source.name, clock=lambda: begin, session=f"work-{person.id}"
        )
        sheet.extend(rows)
    return len(rows)
