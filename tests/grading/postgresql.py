"""A PostgreSQL server of a test's own: in a folder, behind a socket, under a user without rights.

>>> with Server.started() as server:
...     url = server.database("gradebook")
'postgresql+pg8000://hanoi@/gradebook?unix_sock=/tmp/pg-x1/.s.PGSQL.5432'
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

USER = "hanoi"
NOBODY = 65534


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version that is installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    here = shutil.which("initdb")
    return Path(here).resolve().parent if here else None


def as_nobody(*words: str | Path) -> list[str]:
    """The command line, for root in the name of a user without rights: PostgreSQL refuses root."""
    line = [str(word) for word in words]
    if os.geteuid() == 0:
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *line]
    return line


@dataclass
class Server:
    """A server that can be stopped and started again."""

    folder: Path

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> Iterator[Server]:
        """A new server; it and its files are gone afterwards."""
        # A short path: the name of a socket may have a hundred characters.
        folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        server = cls(folder)
        try:
            server._run(
                *("initdb", "--pgdata", folder / "data", "--username", USER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
            )
            server.start()
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=12 -c shared_buffers=8MB"
        log = self.folder / "log"
        self._run(
            "pg_ctl", "--pgdata", self.folder / "data", "--log", log, "--options", settings, "--wait", "start"
        )

    def stop(self) -> None:
        """Stop it at once, as a power cut does; open transactions are lost."""
        self._run("pg_ctl", "--pgdata", self.folder / "data", "--mode", "immediate", "--wait", "stop")

    def database(self, name: str, *, like: str = "template0") -> str:
        """Make a database, empty or as another one is; its address."""
        self._run("createdb", "--host", self.folder, "--username", USER, "--template", like, name)
        return f"postgresql+pg8000://{USER}@/{name}?unix_sock={self.folder}/.s.PGSQL.5432"

    def _run(self, program: str, *words: str | Path) -> None:
        folder = programs()
        assert folder is not None
        # The server stays; what it inherits must not be a pipe that somebody waits on.
        with (self.folder / "said").open("w") as said:
            subprocess.run(
                as_nobody(folder / program, *words),
                cwd="/",
                check=True,
                stdout=said,
                stderr=said,
                timeout=600,
            )
