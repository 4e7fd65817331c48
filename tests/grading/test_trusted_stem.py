"""What every assignment needs is loaded once, behind each wall; what dies grows again."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from hanoikit.grading import AssignmentSource, HandIn
from hanoikit.grading.trusted import Limits, TrustedEngine
from hanoikit.grading.trusted import stem as stem_module
from hanoikit.grading.trusted.wire import Channel

from ..warm_stems import cold
from .test_trusted_engine import isolation
from .trusted_course import author_source, write_hand_in

LIMITS = Limits(cell_seconds=2.0, call_seconds=1.0, hand_in_seconds=60.0)


isolated = pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    """Each engine of this file has stems of its own."""
    with cold():
        yield


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """The command lines of the stems that were started."""
    seen: list[list[str]] = []
    begin = subprocess.Popen

    def counted(command: list[str], *rest: Any, **more: Any) -> Any:
        seen.append(command)
        return begin(command, *rest, **more)

    monkeypatch.setattr(stem_module.subprocess, "Popen", counted)
    yield seen


@isolated
def test_two_assignments_and_many_hand_ins_start_two_stems(
    tmp_path: Path, starts: list[list[str]], source: AssignmentSource, hand_in: Any
) -> None:
    other = author_source()
    theirs = write_hand_in(tmp_path / "ps1", other)
    ours: HandIn = hand_in()
    with TrustedEngine(limits=LIMITS) as engine:
        first = engine.mark(theirs, other)
        engine.forget()
        assert engine.mark(ours, source).core_points > 0
        engine.forget()
        assert engine.mark(theirs, other) == first
        assert engine.mark(theirs, other) == first
    assert len(starts) == 2


@isolated
def test_a_zygote_that_was_killed_grows_again_from_the_same_stem(
    tmp_path: Path, starts: list[list[str]]
) -> None:
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source)
    with TrustedEngine(limits=LIMITS) as engine:
        first = engine.mark(hand_in, source)
        for bench in engine._benches.values():
            wall = psutil.Process(bench.runner.pid)
            inside = [one for one in wall.children(recursive=True) if one.name() != "bwrap"]
            assert len(inside) == 2
            inside[1].kill()
            inside[1].wait(60)
        assert engine.mark(hand_in, source) == first
        assert len(starts) == 2


@isolated
@pytest.mark.parametrize("role", ["runner", "judge"])
def test_a_stem_that_was_killed_is_started_again(tmp_path: Path, starts: list[list[str]], role: str) -> None:
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source)
    with TrustedEngine(limits=LIMITS) as engine:
        first = engine.mark(hand_in, source)
        (bench,) = engine._benches.values()
        wall = psutil.Process(getattr(bench, role).pid)
        inside = [one for one in wall.children(recursive=True) if one.name() != "bwrap"]
        inside[0].kill()
        inside[0].wait(60)
        assert engine.mark(hand_in, source) == first  # its zygote lives
        engine.forget()
        assert engine.mark(hand_in, source) == first
        assert len(starts) == 3


@isolated
def test_nothing_is_left_running_when_the_engine_is_closed(tmp_path: Path) -> None:
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source)
    with TrustedEngine(limits=LIMITS) as engine:
        engine.mark(hand_in, source)
        twin = engine.twin()
        twin.mark(hand_in, source)
        pids = [stem.pid for one in (engine, twin) for stem in one._stems.values()]
        processes = [psutil.Process(pid) for pid in pids if pid is not None]
        processes += [child for one in processes for child in one.children(recursive=True)]
        assert len(processes) >= 12
    _gone, alive = psutil.wait_procs(processes, timeout=60)
    with contextlib.suppress(psutil.Error):
        assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_descriptors_stay_with_the_message_that_they_came_with() -> None:
    ours, theirs = (Channel(end) for end in socket.socketpair())
    places = [os.memfd_create(f"number-{number}") for number in range(3)]
    for number, place in enumerate(places):
        os.write(place, str(number).encode())
        ours.send({"number": number, "long": "x" * 5000}, descriptors=[place])
    for number in range(3):
        message, found = theirs.receive_with_descriptors()
        assert message["number"] == number
        (place,) = found
        assert os.pread(place, 10, 0) == str(number).encode()
        os.close(place)
    for place in places:
        os.close(place)
    ours.close()
    theirs.close()


def test_a_late_message_is_late_and_can_still_be_had() -> None:
    from hanoikit.grading.trusted.wire import Late

    ours, theirs = (Channel(end) for end in socket.socketpair())
    with pytest.raises(Late):
        theirs.receive(seconds=0.01)
    assert not theirs.speaks(seconds=0)
    ours.send({"a": 1}, seconds=1)
    assert theirs.speaks(seconds=0)
    assert theirs.receive(seconds=0) == {"a": 1}
    with pytest.raises(Late):
        for _turn in range(10_000):
            ours.send({"much": "x" * 100_000}, seconds=0.05)
    ours.close()
    theirs.close()
