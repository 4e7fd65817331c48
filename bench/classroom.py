"""A class of thirty with all assignments of the course, by the commands that an instructor types: from the stick with
the bundles to the report.

>>> from bench import classroom                   # doctest: +SKIP
>>> classroom.run()[-1]["ours"]                   # doctest: +SKIP
'84.1 s for 330 hand-ins'
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench._commands import seconds_of
from hanoikit.classroom.answerers import KNOWS, Answerer
from hanoikit.classroom.cohort import work
from hanoikit.classroom.klass import Class
from hanoikit.classroom.slips import NOTHING, slip
from hanoikit.classroom.study import Studied, study
from hanoikit.grading import AssignmentSource
from hanoikit.grading.source import installed
from hanoikit.handin import bundle
from hanoikit.handin.me import Who

TRAINEES = 30
SECONDS = 120.0
"""From collect to report, for 30 x 11 hand-ins."""
COLLECT_SECONDS = 20.0
REPORT_SECONDS = 20.0
_KNOWN = (0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.3)
"""What the simulated people know, from the best to the weakest."""


def run(trainees: int = TRAINEES) -> list[dict[str, Any]]:
    """One row for each step and one for all."""
    names = installed()
    count = trainees * len(names)
    steps: list[tuple[str, list[str], float | None]] = [
        ("collect", ["class", "collect", "{stick}"], COLLECT_SECONDS),
        ("autograde", ["class", "autograde"], None),
        ("report", ["class", "report"], REPORT_SECONDS),
        ("report again", ["class", "report"], None),
    ]
    rows, whole = [], 0.0
    with tempfile.TemporaryDirectory(prefix="workshop-", ignore_cleanup_errors=True) as place:
        klass, stick = _class(Path(place), names, trainees)
        for label, words, wanted in steps:
            arguments = ["-m", "hanoikit.cli", *(word.format(stick=stick) for word in words)]
            took = seconds_of(arguments, klass.root)
            if label != "report again":
                whole += took
            rows.append(_row(f"class of {trainees}: {label}", f"{took:.1f} s", took, wanted))
        there = len(list((klass.reports / "trainees").glob("*.html"))) == trainees
        marked = sum(1 for _path in (klass.root / "autograded").glob("*/*/*.ipynb"))
    words = f"{whole:.1f} s for {marked} hand-ins"
    rows.append(_row(f"class of {trainees}: from collect to report", words, whole, SECONDS))
    if marked != count or not there:
        rows[-1] |= {"ours": f"{marked} of {count} marked", "met": False}
    return rows


def _row(name: str, ours: str, took: float, wanted: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "ours": ours,
        "peer": "",
        "ratio": None,
        "target": "" if wanted is None else f"< {wanted:.0f} s",
        "met": None if wanted is None else took < wanted,
    }


def _class(place: Path, names: list[str], trainees: int) -> tuple[Class, Path]:
    """A class with its release, and a stick with a bundle of everybody for every assignment."""
    from hanoikit.classroom.release import release
    from hanoikit.trust.keys import ed25519_key

    now = datetime.now(UTC).replace(microsecond=0)
    klass = Class.create(
        place / "class", title="Workshop", zone="Asia/Ho_Chi_Minh", now=now, assignments=names
    )
    roster = ["id,family_name,given_name,email,group,note"]
    roster += [f"t{n:02d},Family{n},Given,,{'AB'[n % 2]}," for n in range(1, trainees + 1)]
    klass.roster_path.write_text("\n".join(roster) + "\n", encoding="utf-8-sig")
    release(klass)
    stick = place / "stick"
    stick.mkdir()
    for name in names:
        klass.plan(name, state="open", due=now + timedelta(days=1))
        source = AssignmentSource.installed(name)
        author = place / "author" / name
        questions = study(source.parsed, author)
        for number in range(1, trainees + 1):
            trainee = f"t{number:02d}"
            folder = place / "work" / trainee / name
            shutil.copytree(klass.course.release(name), folder)
            _answer(source, questions, author, folder, number)
            bundle.seal(
                folder,
                assignment=name,
                who=Who(trainee, f"Given Family{number}"),
                key=ed25519_key(b"bench", trainee),
                class_id=klass.id,
                to=stick,
                at=now,
            )
    return klass, stick


def _answer(
    source: AssignmentSource, questions: Mapping[str, Studied], author: Path, folder: Path, number: int
) -> None:
    """One simulated person's work. Files that are an answer are the author's: making them takes long."""
    knows = _KNOWN[number % len(_KNOWN)]
    files = {name for name, question in questions.items() if question.kind == "files"}

    def answer(question: Studied, rng: random.Random) -> Any:
        if question.id in files or rng.random() < 0.02:
            return NOTHING
        return KNOWS if rng.random() < knows else slip(question, rng)

    if files and knows >= 0.7:
        own = {f"{source.name}.ipynb", "answers.jsonl", ".answers.jsonl.lock"}
        shutil.copytree(
            author, folder, dirs_exist_ok=True, ignore=lambda _folder, names: [n for n in names if n in own]
        )
    rng = random.Random(f"{source.name}/{number}")
    person = Answerer(f"t{number:02d}", "", "person", answer)
    work(source, questions, person, folder, rng, begin=datetime.now(UTC) - timedelta(hours=3))
