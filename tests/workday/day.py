"""The day, step by step. Each step is a command or an act of a person, with what must be true after it."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hanoikit import workspace
from hanoikit.classroom.study import Studied, study
from hanoikit.grading import AssignmentSource
from hanoikit.grading.source import installed
from hanoikit.handin.me import Me
from hanoikit.handin.submitting import hand_in

from . import oddities
from .people import Person, people, work, write_roster

BROWSER_ASSIGNMENT = "m01-convention"
LATE = "m02-offences"
BAR = 120.0
"""Seconds from collection to report for thirty trainees with eleven assignments."""


class Day:
    """A workshop in the folder ``root``. ``say`` gets one line for each step."""

    def __init__(self, root: Path, *, trainees: int, names: list[str] | None = None) -> None:
        self.root = root
        self.klass = root / "class"
        self.stick = root / "stick"
        self.pictures = root / "pictures"
        for folder in (self.stick, self.pictures):
            folder.mkdir(parents=True, exist_ok=True)
        self.everybody = people(trainees)
        self.names = names or list(installed())
        self.begin = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
        self.seconds: dict[str, float] = {}
        self.studied: dict[str, dict[str, Studied]] = {}
        self.made: dict[str, dict[str, Path]] = {}
        self.sources: dict[str, AssignmentSource] = {}
        self.odd: list[oddities.Odd] = []

    # -- small things

    def say(self, text: str) -> None:
        print(f"{datetime.now():%H:%M:%S}  {text}", flush=True)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        begin = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begin
        self.say(f"{name}: {self.seconds[name]:.1f} s")

    def hanoikit(self, *words: str, folder: Path | None = None, code: int | tuple[int, ...] = 0) -> str:
        """A command in a process of its own; its output. ``code`` is what it must end with."""
        done = subprocess.run(
            [sys.executable, "-m", "hanoikit.cli", *words],
            cwd=folder or self.klass,
            capture_output=True,
            text=True,
            env=os.environ | {"COLUMNS": "150", "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
        wanted = code if isinstance(code, tuple) else (code,)
        assert done.returncode in wanted, (
            f"hanoikit {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def home(self, person: Person) -> Path:
        """The course folder of one trainee."""
        return self.root / "trainees" / person.id

    # -- the steps

    def prepare(self) -> None:
        with self.step("the author's answers of every assignment"):
            for name in self.names:
                source = self.sources[name] = AssignmentSource.installed(name)
                scratch = self.root / "author" / name
                self.studied[name] = study(source.parsed, scratch)
                self.made[name] = {
                    path.relative_to(scratch).as_posix(): path
                    for path in sorted(scratch.rglob("*"))
                    if path.is_file() and path.suffix != ".ipynb" and path.name != "answers.jsonl"
                }

    def begin_class(self) -> None:
        with self.step("class init"):
            said = self.hanoikit(
                "class", "init", str(self.klass), "--title", "Workshop, autumn 2026", folder=self.root
            )
            assert "SHA-256" in said
        with self.step("class roster"):
            write_roster(self.everybody, self.root / "participants.csv")
            self.hanoikit("class", "roster", str(self.root / "participants.csv"))
            again = self.hanoikit("class", "roster", str(self.root / "participants.csv"))
            assert "Nothing has changed" in again
        with self.step("class release"):
            self.hanoikit("class", "release", "--to", str(self.root / "handed-out"))
        due = (self.begin + timedelta(hours=2)).astimezone()
        self.hanoikit("class", "due", LATE, due.strftime("%Y-%m-%d"), due.strftime("%H:%M"))

    def hand_out(self) -> None:
        with self.step("thirty course folders"):
            handed_out = next(path.parent for path in (self.root / "handed-out").rglob("class.json"))
            for person in self.everybody:
                home = self.home(person)
                workspace.refresh(home)
                shutil.copytree(handed_out, home, dirs_exist_ok=True)
                Me.of(home).set(name=person.name, id=person.id)

    def answer_by_script(self, browsers: int) -> None:
        with self.step("answers by script"):
            for number, person in enumerate(self.everybody):
                for name in self.names:
                    if number < browsers and name == BROWSER_ASSIGNMENT:
                        continue  # answered by hand, in a browser
                    folder = self.home(person) / "exercises" / name
                    work(
                        person,
                        self.sources[name],
                        self.studied[name],
                        folder,
                        self.made[name],
                        begin=self.begin,
                    )

    def hand_in_all(self, browsers: int) -> None:
        with self.step("hand-ins by bundle"):
            for number, person in enumerate(self.everybody):
                for name in self.names:
                    if number < browsers and name == BROWSER_ASSIGNMENT:
                        continue
                    late = name == LATE and number == len(self.everybody) - 1
                    at = (
                        self.begin + timedelta(hours=2, minutes=30)
                        if late
                        else self.begin + timedelta(hours=1)
                    )
                    done = hand_in(self.home(person), name, at=at, to=self.stick)
                    assert done.receipt.code in done.path.name
            said = self.hanoikit(
                "submit", self.names[-1], "--to", str(self.stick), folder=self.home(self.everybody[0])
            )
            assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)

    def odd_hand_ins(self) -> None:
        with self.step("odd and damaged hand-ins"):

            def own(number: int, name: str) -> Path:
                who = self.everybody[number % len(self.everybody)]
                return next(self.stick.glob(f"{name}--{who.id}--*.hanoi.zip"))

            odd = self.root / "stick" / "found in the room"
            odd.mkdir()
            name = self.names[2 % len(self.names)]
            self.odd = [
                oddities.truncated(own(3, name), odd),
                oddities.flipped(own(4, name), odd),
                oddities.edited(own(5, name), odd),
                oddities.doubled(own(6, name), odd),
                oddities.empty(own(7, name), odd),
                oddities.other_file(odd),
                oddities.bomb(own(8, name), odd),
                oddities.loose_notebook(
                    self.home(self.everybody[9]) / "exercises" / name, odd, "my homework"
                ),
                oddities.nbgrader_zip(
                    self.home(self.everybody[10]) / "exercises" / name, odd, self.everybody[10].id
                ),
                self._of_another(name, odd),
                self._not_on_the_list(name, odd),
            ]

    def _of_another(self, name: str, odd: Path) -> oddities.Odd:
        """One trainee hands in the folder of another under their own name."""
        giver, taker = self.everybody[11], self.everybody[12]
        home = self.root / "copied"
        shutil.copytree(self.home(taker), home, ignore=shutil.ignore_patterns("handed-in"))
        shutil.rmtree(home / "exercises" / name)
        shutil.copytree(self.home(giver) / "exercises" / name, home / "exercises" / name)
        done = hand_in(home, name, at=self.begin + timedelta(hours=1, minutes=20), to=odd)
        return oddities.Odd(done.path, frozenset({"set-aside", "accepted"}), "the answers of another trainee")

    def _not_on_the_list(self, name: str, odd: Path) -> oddities.Odd:
        home = self.root / "stranger"
        shutil.copytree(self.home(self.everybody[13]), home, ignore=shutil.ignore_patterns("handed-in"))
        Me.of(home).set(name="Someone Else", id="x99")
        done = hand_in(home, name, at=self.begin + timedelta(hours=1), to=odd)
        return oddities.Odd(done.path, frozenset({"set-aside"}), "somebody who is not on the roster")

    def collect(self) -> None:
        inputs = {path: path.read_bytes() for path in self.stick.rglob("*") if path.is_file()}
        with self.step("class collect"):
            said = self.hanoikit("class", "collect", str(self.stick), code=1)
        (self.root / "collect.txt").write_text(said, encoding="utf-8")
        kept = {path.read_bytes() for path in (self.klass / "inbox").rglob("*") if path.is_file()}
        lost = [path for path, data in inputs.items() if data not in kept]
        assert not lost, f"lost: {lost}"
        handed_in = {(path.parent.name, path.name) for path in (self.klass / "submitted").glob("*/*")}
        missing = {(one.id, name) for one in self.everybody for name in self.names} - handed_in
        assert not missing, f"not there: {sorted(missing)[:5]}"
        before = sorted(
            (path, path.read_bytes()) for path in (self.klass / "submitted").rglob("*") if path.is_file()
        )
        lines = (self.klass / "ledger.jsonl").read_bytes()
        with self.step("class collect, a second time"):
            self.hanoikit("class", "collect", str(self.stick), code=(0, 1))
        assert (self.klass / "ledger.jsonl").read_bytes() == lines, "collecting again added to the ledger"
        after = sorted(
            (path, path.read_bytes()) for path in (self.klass / "submitted").rglob("*") if path.is_file()
        )
        assert before == after, "collecting again changed something"
        listed = next((self.klass / "reports").glob("collection-*.csv")).read_text(encoding="utf-8-sig")
        rows = list(csv.reader(listed.splitlines()))
        state = rows[0].index("state") if "state" in rows[0] else 4
        for one in self.odd:
            # What stands twice on the stick is listed once, under its first name.
            digest = hashlib.sha256(one.path.read_bytes()).hexdigest() if one.path.is_file() else "-"
            place = f"found in the room/{one.path.name}"
            found = [row for row in rows[1:] if place in " ".join(row) or digest in row]
            states = {row[state].replace(" ", "-") for row in found}
            self.say(f"    {one.story}: {', '.join(sorted(states))}")
            assert states and states <= one.outcomes | {"duplicate"}, (one.story, states)

    def mark(self) -> None:
        with self.step("class autograde"):
            said = self.hanoikit("class", "autograde", code=(0, 1))
        (self.root / "autograde.txt").write_text(said, encoding="utf-8")
        with contextlib.closing(sqlite3.connect(self.klass / "gradebook.db")) as db:
            (count,) = db.execute("select count(*) from submitted_assignment").fetchone()
        assert count >= len(self.everybody) * len(self.names), count

    def report(self) -> None:
        with self.step("class report"):
            self.hanoikit("class", "report", "--completion", code=(0, 1))
        assert (self.klass / "reports" / "report.html").stat().st_size > 50_000
        for person in self.everybody:
            assert (self.klass / "reports" / "trainees" / f"{person.id}.html").is_file(), person.id
        took = sum(self.seconds[name] for name in ("class collect", "class autograde", "class report"))
        self.seconds["from collect to report"] = took
        hand_ins = len(self.everybody) * len(self.names)
        self.say(f"FROM COLLECT TO REPORT: {took:.1f} s for {hand_ins} hand-ins (bar {BAR:.0f} s for 330)")

    def give_back(self) -> None:
        with self.step("class feedback"):
            self.hanoikit("class", "feedback")
        with self.step("class export"):
            self.hanoikit("class", "export")
        found = [path.name for path in (self.klass / "reports" / "export").iterdir()]
        assert any(name.endswith(".xlsx") for name in found) and any(
            name.endswith(".csv") for name in found
        ), found

    def check_the_ledger(self) -> None:
        with self.step("class ledger verify"):
            self.hanoikit("class", "ledger", "verify")
        copy = self.root / "class-of-a-cheat"
        shutil.copytree(
            self.klass, copy, ignore=shutil.ignore_patterns("inbox", "autograded", "submitted", "feedback")
        )
        with contextlib.closing(sqlite3.connect(copy / "gradebook.db")) as db:
            db.execute(
                "update grade set auto_score = max_score_placeholder".replace(
                    "max_score_placeholder", "auto_score + 1"
                )
                + " where id = (select id from grade where auto_score > 0 limit 1)"
            )
            db.commit()
        said = self.hanoikit("class", "ledger", "verify", folder=copy, code=1)
        self.say("    a mark changed in the gradebook behind the ledger's back: found")
        ledger = copy / "ledger.jsonl"
        lines = ledger.read_bytes().splitlines(keepends=True)
        lines[5] = lines[5].replace(b'"trainee":"t', b'"trainee":"s', 1)
        ledger.write_bytes(b"".join(lines))
        said = self.hanoikit("class", "ledger", "verify", folder=copy, code=1)
        assert said
        self.say("    a line of the ledger changed: found")

    def check_as_a_trainee(self) -> None:
        """With nothing but what a trainee has: the receipt, the history, the class's certificate."""
        with self.step("a trainee checks receipt and history"):
            person = self.everybody[1]
            home = self.home(person)
            history = self.klass / "reports" / "history" / f"{person.id}.json"
            assert history.is_file(), history
            shutil.copyfile(history, home / "history.json")
            receipt = next((home / "handed-in").glob(f"{self.names[1]}*.receipt.json"))
            self.hanoikit("receipt", str(receipt), folder=home)
            said = self.hanoikit("receipt", "history.json", folder=home)
            (self.root / "history.txt").write_text(said, encoding="utf-8")
            others = [one.id for one in self.everybody if one.id != person.id]
            text = history.read_text(encoding="utf-8")
            assert not any(f'"{other}"' in text or f'\\"{other}\\"' in text for other in others)
            forged = json.loads(text)
            data, changed = re.subn(r'(points[\\"]+:[\\"]+)(\d)', r"\g<1>9\g<2>", json.dumps(forged), count=1)
            assert changed == 1
            (home / "forged.json").write_text(data, encoding="utf-8")
            self.hanoikit("receipt", "forged.json", folder=home, code=1)
            self.say("    a history with a better mark in it: refused")


def capstone(day: Day, *, browsers: bool = False) -> None:
    """Four teams play the short run over the real service; the record is checked, scored and played back."""
    from hanoikit.capstone import read, score
    from tests.capstone import room as rooms

    folder = day.root / "capstone"
    folder.mkdir()
    if browsers:
        from .whole_case import Service, Tables, play_short

        with (
            day.step("the whole case: four teams, each in a browser of its own"),
            Service(folder / "exercise.sqlite") as service,
            Tables(service.url, service.tokens, day.pictures / "capstone") as tables,
        ):
            play_short(tables)
            record = tables.record(folder / "exercise.zip")
            assert tables.errors == [], tables.errors
    else:
        with day.step("the whole case with four teams"), rooms.Room(folder) as room:
            rooms.play(room)
            record = room.record(folder / "exercise.zip")
    found = score(read(record))
    for team in ("XA", "XB", "XC", "XD"):
        day.say(f"    {team}: {found.team(team).share:.0%}")
    if browsers:
        assert found.team("XA").share == found.team("XC").share == 1
        assert found.team("XB").share < 0.5 and found.team("XD").share < 0.5
    with day.step("capstone debrief"):
        day.hanoikit(
            "capstone", "debrief", str(record), "--to", str(folder / "debrief.html"), folder=day.root
        )
    assert (folder / "debrief.html").stat().st_size > 50_000


def summary(day: Day) -> Mapping[str, Any]:
    return {"trainees": len(day.everybody), "assignments": len(day.names), "seconds": day.seconds}
