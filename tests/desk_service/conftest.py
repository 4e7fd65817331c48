"""The desk service as a process of its own, as ``hanoikit desk serve`` runs it, and messages to send."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hanoikit.desk_service.client import DeskClient
from hanoikit.network import DataSpecification, Message, PreservationRequest

_LINK = re.compile(r"^\s+(\S+)\s+(http://\S+)#(\S+)$")


class Running:
    """One service: its address, the tokens by name, and how to stop it, gently or not."""

    def __init__(self, database: str, *options: str) -> None:
        self.database = database
        self.options = options
        self.tokens: dict[str, str] = {}
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> Running:
        command = [sys.executable, "-m", "hanoikit.cli", "desk", "serve", "--db", self.database]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-qr", *options]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TZ": "UTC"},
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if (found := _LINK.match(line)) is not None:
                self.tokens[found[1]] = found[3]
            elif line.strip().startswith("http://"):
                self.port = int(line.strip().rpartition(":")[2])
            elif "Ctrl+C" in line:
                return self
        raise AssertionError("".join(said))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, name: str, **options: object) -> DeskClient:
        return DeskClient(self.url, self.tokens[name], **options)  # type: ignore[arg-type]

    def http(self, name: str = "", token: str | None = None) -> httpx.Client:
        chosen = self.tokens.get(name, "") if token is None else token
        headers = {"Authorization": f"Bearer {chosen}"} if chosen else {}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=300)

    def kill(self) -> None:
        """``kill -9``: nothing is finished, nothing is closed."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service without a scenario; its clock is this machine's."""
    running = Running(str(tmp_path_factory.mktemp("service") / "exercise.sqlite")).start()
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts services that a test stops or kills itself."""
    made: list[Running] = []

    def starter(*options: str, database: str = "") -> Running:
        running = Running(database or str(tmp_path / f"exercise-{len(made)}.sqlite"))
        made.append(running)
        return running.start(*options)

    yield starter
    for running in made:
        running.stop()


def preservation(sender: str, recipient: str, *, at: datetime, reference: str) -> Message:
    """A complete preservation request."""
    return Message(
        sender=sender,
        recipient=recipient,
        sent=at,
        reference=reference,
        urgency="urgent",
        body=PreservationRequest(
            authority="Aldermark Police, Cyber Unit",
            scope="convention-offence",
            articles=("7",),
            offence="Illegal access, section 201",
            facts="On 30 April somebody entered the server of St Orla Hospital with a stolen password.",
            data=(
                DataSpecification(
                    category="traffic",
                    description="Access log of the mailbox with addresses and times",
                    identifier="billing@clearbill.example",
                    since=datetime(2026, 4, 28, tzinfo=UTC),
                    until=datetime(2026, 4, 30, 18, tzinfo=UTC),
                ),
            ),
            link="The lure came from this mailbox.",
            custodian="Lune Hosting, Porto Lune",
            location="Porto Lune, Corvessa",
            necessity="Lune Hosting deletes such logs after 72 hours.",
            assistance_intended=True,
            assistance_expected=at + timedelta(days=40),
            secrecy="confidential-no-notice",
            secrecy_reason="The user could delete what is left.",
        ),
    )


def until(test: Callable[[], object], *, seconds: float = 300) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def make_request() -> Callable[..., Message]:
    return preservation


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    return until
