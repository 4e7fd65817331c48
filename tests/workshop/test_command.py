"""``hanoikit class room`` as it is typed: what it says when it cannot begin."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from hanoikit.cli import run


def test_without_a_class_the_command_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["class", "room", "--class", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "hanoikit class init" in said.err and "Traceback" not in said.err


def test_a_port_that_is_taken_ends_with_a_sentence(klass: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = run(["class", "room", "--class", str(klass.root), "--host", "127.0.0.1", "--port", port])
    assert code == 1
    assert "--port" in capsys.readouterr().err


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["class", "room", "--help"]) == 0
    assert "Example: hanoikit class room" in capsys.readouterr().out
