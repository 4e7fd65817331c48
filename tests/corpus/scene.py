"""What lies around a hand-in while it is marked: a course directory with secrets in it, a home, a listener.

>>> with stage(folder, "c01", token="kit-1a2b") as scene:
...     ...
>>> scene_changes(scene)          # what marking changed outside
[]
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import selectors
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.corpus.workbench import HERE, SOURCE_CANARY, Scene, Work

VARIABLE = "HANOIKIT_CORPUS_SECRET"


def secrets_of(token: str) -> dict[str, str]:
    """A word for each place that must stay closed; each is found nowhere else."""
    made = {
        place: "canary-" + hashlib.sha256(f"{place} {token}".encode()).hexdigest()[:16]
        for place in ("gradebook", "home", "neighbour", "environment")
    }
    return {**made, "source": SOURCE_CANARY}


def build(root: Path, token: str, *, port: int = 0) -> Scene:
    """The surroundings of one hand-in, real files all of them."""
    scene = Scene(root, token, port, secrets_of(token))
    for folder in (scene.course, scene.home, scene.outside):
        folder.mkdir(parents=True)
    scene.outside.chmod(0o777)
    (scene.home / "secret.txt").write_text(scene.secrets["home"], encoding="utf-8")
    for name in ("c01", "c02"):
        place = scene.author(name)
        place.parent.mkdir(parents=True)
        shutil.copyfile(HERE / name / place.name, place)
    with contextlib.closing(sqlite3.connect(scene.gradebook)) as book:
        book.execute("create table secret (word text)")
        book.execute("insert into secret values (?)", [scene.secrets["gradebook"]])
        book.commit()
    scene.gradebook.chmod(0o666)
    neighbour = replace(scene, trainee=scene.other)
    for name in ("c01", "c02"):
        other = Work.begin(scene.submitted(scene.other, name), name, "model", neighbour)
        other.put("notes.txt", scene.secrets["neighbour"])
    return scene


@contextlib.contextmanager
def stage(root: Path, token: str, *, port: int = 0) -> Iterator[Scene]:
    """The same, while the environment holds its secret too."""
    scene = build(root, token, port=port)
    before = {name: os.environ.get(name) for name in (VARIABLE, "HOME")}
    os.environ[VARIABLE] = scene.secrets["environment"]
    os.environ["HOME"] = str(scene.home)
    try:
        yield scene
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def fingerprints(scene: Scene) -> dict[str, str]:
    """Every file below the scene's root and its content; links and pipes by their kind."""
    found = {}
    for here, folders, names in os.walk(scene.root):
        if len(here) > 2000:  # a hand-in may nest its folders deeper than any path can say
            folders.clear()
            continue
        for name in [*names, *(folder for folder in folders if (Path(here) / folder).is_symlink())]:
            path = Path(here) / name
            if path.is_symlink():
                content = f"link to {path.readlink()}"
            elif path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                content = "special"
            found[str(path.relative_to(scene.root))] = content
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What was added, removed or changed, by path."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def left_behind(token: str) -> list[int]:
    """Processes and threads that still carry the token as their name."""
    found = []
    for place in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if place.read_text(encoding="utf-8", errors="replace").strip() == token[:15]:
                found.append(int(place.parent.name))
    return found


@dataclass
class Listener:
    """Waits on loopback, on an abstract socket and on a socket file; counts who comes."""

    calls: list[str] = field(default_factory=list)
    port: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)
    _thread: threading.Thread | None = None
    _bell: tuple[socket.socket, socket.socket] | None = None
    """Rung when a socket is added, and at the end; so nobody waits for the listener."""
    _open: bool = True

    def __enter__(self) -> Listener:
        self._bell = socket.socketpair()
        self._add(socket.socket(socket.AF_INET), ("127.0.0.1", 0), "loopback")
        self.port = self._sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._open = False
        self._ring()
        if self._thread is not None:
            self._thread.join(30)
        for wire in [*self._sockets, *(self._bell or ())]:
            wire.close()

    def listen(self, scene: Scene) -> None:
        """Wait at this scene's own addresses too."""
        self._add(socket.socket(socket.AF_UNIX), f"\0{scene.token}", "abstract socket")
        path = str(scene.outside / "socket")
        if len(path) < 100:
            self._add(socket.socket(socket.AF_UNIX), path, "socket file")
            (scene.outside / "socket").chmod(0o777)

    def _add(self, wire: socket.socket, address: object, name: str) -> None:
        wire.bind(address)  # type: ignore[arg-type]
        wire.listen()
        wire.setblocking(False)
        self._sockets.append(wire)
        self._ring()

    def _ring(self) -> None:
        assert self._bell is not None
        self._bell[0].send(b"!")

    def _wait(self) -> None:
        assert self._bell is not None
        while self._open:
            with selectors.DefaultSelector() as waiting:
                for wire in [self._bell[1], *self._sockets]:
                    waiting.register(wire, selectors.EVENT_READ)
                for key, _event in waiting.select():
                    if key.fileobj is self._bell[1]:
                        self._bell[1].recv(100)
                        continue
                    with contextlib.suppress(OSError):
                        call, _address = key.fileobj.accept()  # type: ignore[union-attr]
                        call.close()
                        self.calls.append(str(key.fileobj.getsockname()))  # type: ignore[union-attr]
