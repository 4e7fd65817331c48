"""What only some hand-ins need is loaded into the zygote when the first of them comes, and is there in every child."""

from __future__ import annotations

import pytest

from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.nursery import Nursery
from hanoikit.grading.trusted.outer import Outer
from hanoikit.grading.trusted.stem import Stem
from hanoikit.grading.trusted.warm import called_for

MODULE = "hanoikit.evidence.standby"
_ASK = """\
from hanoikit.evidence import standby
assert standby._quick is not None
"""


def test_only_a_package_in_the_assignment_that_examines_packages_calls_for_its_programs() -> None:
    graph = ["answers.jsonl", "work/package/custody/case.jsonld"]
    marking = ["hanoikit.casework.handed_in", "hanoikit.exercise"]
    assert called_for(graph, marking) == [MODULE]
    assert called_for(graph, ["hanoikit.exercise"]) == []
    assert called_for(["answers.jsonl", "case.jsonld.txt"], marking) == []


@pytest.mark.slow
def test_the_programs_are_on_standby_behind_the_wall_of_every_later_hand_in() -> None:
    cell = {"role": "mark", "n": 0, "grade_id": "loaded", "points": 1.0, "kit": False, "source": _ASK}
    stem = Stem("judge", Outer.found())
    points = []
    try:
        with Nursery(stem) as judge:
            for expected in ([], [MODULE], []):
                judge.expect(expected)
                child = judge.fork(Limits(), name="trifle")
                child.channel.send({"do": "files", "files": []}, seconds=60)
                child.entered(seconds=60)
                child.channel.send({"do": "judge", "cells": [cell], "known": {}}, seconds=60)
                points.append(child.channel.receive(seconds=60)["verdict"]["points"])
                child.end()
    finally:
        stem.close()
    assert points == [0.0, 1.0, 1.0]
