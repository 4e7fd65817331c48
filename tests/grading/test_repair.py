from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from hanoikit.grading import AssignmentSource, cells
from hanoikit.grading.repair import repair

SOLUTION = "m99-q5-solution"
CODE = "def double(number):\n    return number * 2"


@pytest.fixture
def release(source: AssignmentSource) -> dict[str, Any]:
    return source.release


@pytest.fixture
def worked(release: dict[str, Any]) -> dict[str, Any]:
    """An honest notebook: the release with code written into its solution cell."""
    notebook = copy.deepcopy(release)
    cells.named(notebook, SOLUTION)["source"] = CODE
    return notebook


def codes(findings: Any) -> list[str]:
    return [finding.code for finding in findings]


def names(notebook: dict[str, Any]) -> list[str]:
    return [cells.grade_id(cell) for cell in notebook["cells"] if cells.grade_id(cell)]


def test_an_honest_notebook_stays_as_it_is(release, worked):
    repaired = repair(worked, release)
    assert repaired.findings == ()
    assert repaired.notebook == worked


def test_a_deleted_test_cell_is_put_back_in_its_place(release, worked):
    worked["cells"].remove(cells.named(worked, "m99-q2"))
    repaired = repair(worked, release)
    assert codes(repaired.findings) == ["cell-missing"]
    assert repaired.findings[0].where == "m99-q2"
    assert names(repaired.notebook) == names(release)


def test_a_deleted_first_cell_is_put_back_at_the_top(release, worked):
    first = names(release)[0]
    worked["cells"].remove(cells.named(worked, first))
    assert names(repair(worked, release).notebook) == names(release)


def test_a_copied_test_cell_is_dropped(release, worked):
    worked["cells"].append(copy.deepcopy(cells.named(worked, "m99-q1")))
    repaired = repair(worked, release)
    assert codes(repaired.findings) == ["cell-duplicated"]
    assert names(repaired.notebook) == names(release)


def test_of_a_copied_solution_the_one_with_work_is_marked_and_the_stub_goes(release, worked):
    stub = copy.deepcopy(cells.named(release, SOLUTION))
    worked["cells"].append(stub)
    repaired = repair(worked, release)
    assert cells.named(repaired.notebook, SOLUTION)["source"] == CODE
    assert sum("NotImplementedError" in cells.source_of(cell) for cell in repaired.notebook["cells"]) == 0


def test_of_two_different_solutions_none_is_lost(release, worked):
    place = worked["cells"].index(cells.named(worked, SOLUTION))
    second = copy.deepcopy(worked["cells"][place])
    second["source"] = "def double(number):\n    return number + number"
    worked["cells"].insert(place + 1, second)
    repaired = repair(worked, release)
    sources = [cells.source_of(cell) for cell in repaired.notebook["cells"]]
    assert CODE in sources and second["source"] in sources
    assert cells.named(repaired.notebook, SOLUTION)["source"] == second["source"]
    assert len({cell["id"] for cell in repaired.notebook["cells"]}) == len(sources)


def test_two_written_texts_are_joined(release, worked):
    written = cells.named(worked, "m99-q4")
    second = copy.deepcopy(written)
    written["source"], second["source"] = "One text.", "Another text."
    worked["cells"].append(second)
    joined = cells.named(repair(worked, release).notebook, "m99-q4")["source"]
    assert "One text." in joined and "Another text." in joined


def test_changed_points_and_flags_are_set_back(release, worked):
    cell = cells.named(worked, "m99-q1")
    cell["metadata"]["nbgrader"] |= {"points": 200, "solution": True}
    repaired = repair(worked, release)
    assert "settings-changed" in codes(repaired.findings)
    expected = cells.named(release, "m99-q1")["metadata"]["nbgrader"]
    assert cells.named(repaired.notebook, "m99-q1")["metadata"]["nbgrader"] == expected


def test_an_edited_locked_cell_gets_the_authors_text_back(release, worked):
    cells.named(worked, "m99-q1")["source"] = "assert True"
    repaired = repair(worked, release)
    assert codes(repaired.findings) == ["cell-edited"]
    assert cells.named(repaired.notebook, "m99-q1")["source"] == cells.named(release, "m99-q1")["source"]


def test_a_renamed_cell_is_known_by_its_cell_id(release, worked):
    cells.named(worked, SOLUTION)["metadata"]["nbgrader"]["grade_id"] = "mine"
    repaired = repair(worked, release)
    assert cells.named(repaired.notebook, SOLUTION)["source"] == CODE
    assert names(repaired.notebook) == names(release)


def test_a_notebook_without_any_metadata_and_ids_is_known_by_text_and_place(release, worked):
    for cell in worked["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    repaired = repair(worked, release)
    assert names(repaired.notebook) == names(release)
    assert cells.named(repaired.notebook, SOLUTION)["source"] == CODE
    assert len(repaired.notebook["cells"]) == len(release["cells"])


def test_cells_in_reverse_are_put_back_in_order(release, worked):
    worked["cells"].reverse()
    repaired = repair(worked, release)
    assert "cells-moved" in codes(repaired.findings)
    assert names(repaired.notebook) == names(release)


def test_a_cell_of_the_trainees_own_stays_behind_the_cell_that_it_followed(release, worked):
    own = {
        "cell_type": "code",
        "metadata": {},
        "source": "my_note = 1",
        "outputs": [],
        "execution_count": None,
    }
    place = worked["cells"].index(cells.named(worked, SOLUTION))
    worked["cells"].insert(place + 1, own)
    result = repair(worked, release).notebook["cells"]
    sources = [cells.source_of(cell) for cell in result]
    assert sources.index("my_note = 1") == sources.index(CODE) + 1


def test_a_cell_with_marking_settings_of_another_assignment_becomes_plain(release, worked):
    worked["cells"].append(
        {
            "cell_type": "code",
            "id": "other",
            "metadata": {"nbgrader": {"grade": True, "grade_id": "x", "points": 99}},
            "source": "1",
            "outputs": [],
            "execution_count": None,
        }
    )
    repaired = repair(worked, release)
    assert codes(repaired.findings) == ["cell-unknown"]
    assert names(repaired.notebook) == names(release)


@pytest.mark.parametrize("seed", range(40))
def test_after_any_rough_handling_each_cell_is_there_once_and_all_work_is_kept(release, worked, seed):
    rng = random.Random(seed)
    damages: list[Callable[[list[dict[str, Any]]], None]] = [
        lambda work: work.pop(rng.randrange(len(work))) and None,
        lambda work: work.insert(rng.randrange(len(work)), copy.deepcopy(rng.choice(work))),
        lambda work: rng.shuffle(work),
        lambda work: rng.choice(work)["metadata"].clear(),
        lambda work: rng.choice(work).pop("id", None) and None,
    ]
    for _round in range(rng.randrange(1, 6)):
        rng.choice(damages)(worked["cells"])
    had_work = any(cells.source_of(cell) == CODE for cell in worked["cells"])
    repaired = repair(worked, release)
    assert names(repaired.notebook) == names(release)
    assert repair(repaired.notebook, release).findings == ()
    if had_work:
        assert CODE in [cells.source_of(cell) for cell in repaired.notebook["cells"]]
