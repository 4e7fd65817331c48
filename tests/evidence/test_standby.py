"""A program on standby runs as if it were started afresh; that it also says the same is proved in test_case_export."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from hanoikit.evidence import standby


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[int | None, str, str]]]:
    """Run a ``main`` of ours on standby: its status, and what it printed on both streams."""
    monkeypatch.setattr(standby, "_quick", contextlib.nullcontext())
    monkeypatch.setattr(standby, "PROGRAMS", ("program",))

    def start(main: Callable[[], Any], *arguments: str, seconds: float = 60) -> tuple[int | None, str, str]:
        monkeypatch.setitem(sys.modules, "program", SimpleNamespace(main=main))
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = standby.run(
                "program", arguments, out=out, err=err, environment={"TZ": "UTC"}, seconds=seconds
            )
            out.seek(0)
            err.seek(0)
            return status, out.read().decode(), err.read().decode()

    yield start


def test_the_versions_whose_verdicts_were_compared_are_the_ones_installed() -> None:
    assert standby._versions() == standby.COMPARED


def test_with_another_version_every_program_is_started_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standby, "_quick", None)
    monkeypatch.setattr(standby, "COMPARED", {**standby.COMPARED, "pyshacl": "0.0"})
    assert not standby.load()
    assert standby.run(standby.PROGRAMS[0], [], out=None, err=None, environment={}, seconds=1) is None


def test_status_arguments_and_output_are_the_programs(run) -> None:
    def main() -> None:
        print("ø", *sys.argv)
        print("aside", file=sys.stderr)
        sys.exit(1)

    assert run(main, "a", "b") == (1, "ø program a b\n", "aside\n")
    assert run(lambda: None) == (0, "", "")


@pytest.mark.parametrize(
    "ending", [ValueError("no"), SystemExit("a text"), SystemExit(2), KeyboardInterrupt()]
)
def test_a_program_that_ends_in_another_way_is_left_to_a_fresh_start(run, ending: BaseException) -> None:
    def main() -> None:
        print("half a sentence", flush=True)
        raise ending

    assert run(main) == (None, "", "")


def test_a_program_that_is_killed_is_left_to_a_fresh_start(run) -> None:
    assert run(lambda: os.kill(os.getpid(), signal.SIGKILL)) == (None, "", "")


def test_a_program_that_does_not_end_is_stopped(run) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run(lambda: time.sleep(3600), seconds=0.1)


def test_the_fork_has_no_network_no_open_channel_and_its_own_settings(run) -> None:
    ours, theirs = socket.socketpair()

    def main() -> None:
        try:
            socket.create_connection(("192.0.2.1", 9))
        except OSError as error:
            print(error)
        for end in (ours, theirs):
            try:
                end.send(b"points")
            except OSError:
                print("closed")
        print(dict(os.environ), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
        warnings.warn("said once", UserWarning, stacklevel=1)
        warnings.warn("not said", DeprecationWarning, stacklevel=1)

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            status, out, err = run(main)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (status, out) == (0, "the network is off\nclosed\nclosed\n{'TZ': 'UTC'} True\n")
    assert "said once" in err and "not said" not in err
    ours.send(b"x")  # here both are as they were
    assert theirs.recv(9) == b"x"
    ours.close()
    theirs.close()


def test_what_a_rehearsal_changes_is_undone() -> None:
    import logging

    argv, handlers = sys.argv, logging.root.handlers[:]
    with standby._undone():
        sys.argv = ["x"]
        logging.root.addHandler(logging.NullHandler())
        print("nobody reads this")
    assert sys.argv is argv and logging.root.handlers == handlers
