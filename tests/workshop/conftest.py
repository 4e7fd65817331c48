"""A real room for the tests: the class's service on a socket of this machine, over the corpus's small assignment."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hanoikit.classroom.klass import Class
from hanoikit.classroom.room import running, service
from hanoikit.classroom.room.app import Rates
from hanoikit.classroom.room.keys import RoomKeys
from hanoikit.classroom.room.releasing import Texts
from hanoikit.classroom.room.service import Room
from hanoikit.exercise import observing
from hanoikit.exercise.book import BOOK
from hanoikit.grading.course import course_directory
from hanoikit.grading.source import AssignmentSource
from hanoikit.workshop import attending, pinning
from hanoikit.workshop.client import RoomClient
from hanoikit.workshop.pinning import Known

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class Open:
    """A room that runs in this process, and its address. It can be shut, and opened again at the same place."""

    def __init__(self, klass: Class, texts: Texts, *, rates: Rates | None = None) -> None:
        self.klass, self.texts, self.rates = klass, texts, rates
        self.port = self.page_port = 0
        self.start()

    def start(self) -> Open:
        keys = RoomKeys.of(self.klass)
        self.room = Room.of(self.klass, texts=self.texts, now=lambda: NOW, clock=time.monotonic, keys=keys)
        sock, page = running.listen("127.0.0.1", self.port), running.listen("127.0.0.1", self.page_port)
        self.port, self.page_port = sock.getsockname()[1], page.getsockname()[1]
        self.room.addresses = (self.url,)
        self._doors = running.servers(self.room, rates=self.rates)
        both = running.run_both(self._doors, sock, page)
        self._thread = threading.Thread(target=asyncio.run, args=(both,), daemon=True)
        self._thread.start()
        until(lambda: all(door.started for door in self._doors))
        return self

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def line(self) -> str:
        return str(self.room.join_lines[0])

    def client(self, **options: Any) -> RoomClient:
        """A notebook's client that knows the room."""
        return RoomClient(self.url, known=Known(fingerprint=self.room.keys.fingerprint), **options)

    def names(self) -> list[str]:
        return [row.name for row in self.room.board.rows()]

    def row(self, name: str) -> Any:
        return next((row for row in self.room.board.rows() if row.name == name), None)

    def shut(self) -> None:
        self._doors[0].should_exit = True
        self._thread.join(300)


def until(test: Callable[[], object], *, seconds: float = 300) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """The slow hash costs next to nothing here; one test measures nothing but uses it as it is."""
    real, pinning.COST = pinning.COST, {"n": 2, "r": 8, "p": 1}
    yield
    pinning.COST = real


@pytest.fixture(scope="session")
def texts() -> Texts:
    sources = {"c01": AssignmentSource.read(CORPUS / "c01" / "c01.md")}
    return Texts(sources.__getitem__)


@pytest.fixture
def klass(tmp_path: Path) -> Class:
    made = Class.create(tmp_path / "class", title="Desk <b>officers</b>", zone="UTC", now=NOW, assignments=[])
    course_directory(made.root, assignments=[AssignmentSource.read(CORPUS / "c01" / "c01.md")])
    made.add([])
    return made


@pytest.fixture
def opened(klass: Class, texts: Texts) -> Iterator[Open]:
    made = Open(klass, texts)
    yield made
    made.shut()


@pytest.fixture
def open_room(klass: Class, texts: Texts) -> Iterator[Callable[..., Open]]:
    made: list[Open] = []

    def opener(**options: Any) -> Open:
        made.append(Open(klass, texts, **options))
        return made[-1]

    yield opener
    for one in made:
        one.shut()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an assignment inside a trainee's folder; the kernel works in it."""
    work = tmp_path / "hanoi-kit" / "exercises" / "c01"
    work.mkdir(parents=True)
    (tmp_path / "hanoi-kit" / ".hanoikit").mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(attending, "_SOONEST", 0.02)
    monkeypatch.setattr(service, "EVERY", 1)
    BOOK.forget()
    observing.ROOM.notes.clear()
    yield work
    room = attending.current()
    if room is not None:
        room.leave(wait=True)
    observing.ROOM.show(on=False, help=False)
    observing.ROOM.notes.clear()
    BOOK.forget()


@pytest.fixture
def private(folder: Path) -> Path:
    return folder.parents[1] / ".hanoikit"


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    return until
