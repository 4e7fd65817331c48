"""The case files on the shelf: in form, decided as meant, each State on both sides, every variant usable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanoikit import resources
from hanoikit.convention import refusal_grounds
from hanoikit.safeguards import case_file, case_files, changes, review, validate

SHELF = resources.assets() / "safeguards" / "files"
OURS = tuple(
    name
    for name in case_files()
    if json.loads((SHELF / f"{name}.json").read_text()).get("notes", {}).get("use")
)
SEEDS = range(12)
RIGHTFUL = {"grant", "conditions", "ask", "postpone"}


def entry(name: str) -> dict[str, object]:
    return json.loads(Path(SHELF / f"{name}.json").read_text(encoding="utf-8"))


def test_lesson_and_assignment_use_different_files():
    used = {
        use: {name for name in OURS if entry(name)["notes"]["use"] == use} for use in ("lesson", "assignment")
    }
    assert len(OURS) >= 12 and len(used["lesson"]) >= 5 and len(used["assignment"]) >= 7
    lesson = (resources.lessons() / "m07-safeguards.md").read_text(encoding="utf-8")
    for name in used["lesson"]:
        assert f"**{case_file(name).title}.**" in lesson
    for name in used["assignment"]:
        assert f"**{case_file(name).title}.**" not in lesson


@pytest.mark.parametrize("name", OURS)
def test_a_file_is_in_form_and_has_facts_that_carry_nothing(name):
    assert validate(entry(name)) == []
    file = case_file(name)
    assert 8 <= len(file.facts) <= 14
    loud = [fact for fact in file.facts if not fact.says]
    assert loud, "a real file holds things that do not matter"
    assert all(not one.changes for one in changes(file) if one.fact in loud)


@pytest.mark.parametrize("name", OURS)
def test_the_review_comes_to_the_answer_that_the_author_meant(name):
    assert review(case_file(name)).outcome == entry(name)["notes"]["outcome"]


@pytest.mark.parametrize("name", OURS)
def test_every_seed_gives_a_whole_file_and_an_answer_with_an_existing_ground(name):
    grounds = {one.ref for one in refusal_grounds()}
    told = set()
    for seed in SEEDS:
        file = case_file(name, seed=seed)
        assert "{" not in json.dumps(file.as_dict()).replace('{"', "").replace("{}", "")
        found = review(file)
        assert set(found.grounds) <= grounds
        if found.outcome == "refuse" and file.kind != "measure":
            assert found.grounds
        told.add(tuple(fact.text for fact in file.facts))
    assert len(told) > len(SEEDS) / 2


@pytest.mark.parametrize("name", OURS)
def test_some_single_fact_changes_the_review(name):
    moved = [one for one in changes(case_file(name)) if one.changes]
    assert len(moved) >= 3


def test_each_invented_state_is_in_the_right_once_and_in_the_wrong_once():
    right, wrong = set(), set()
    for name in OURS:
        file = case_file(name)
        outcome = review(file).outcome
        (right if outcome in RIGHTFUL else wrong).add(file.requesting)
        assert entry(name)["notes"]["roles"]
    assert right == wrong == {"XA", "XB", "XC", "XD", "XE"}


def test_refusing_is_wrong_in_some_files_and_granting_in_others():
    outcomes = {name: review(case_file(name)).outcome for name in OURS}
    for use in ("lesson", "assignment"):
        here = [outcome for name, outcome in outcomes.items() if entry(name)["notes"]["use"] == use]
        assert sum(outcome in RIGHTFUL for outcome in here) >= 2
        assert here.count("refuse") >= 2
        assert max(here.count(one) for one in set(here)) <= len(here) / 2
    assert set(outcomes.values()) == {"grant", "conditions", "part", "ask", "postpone", "refuse"}


def test_a_refusal_names_every_gate_that_a_crowd_fails_and_not_only_the_first():
    found = review(case_file("founders-square"))
    verdicts = {gate.id: gate.verdict for gate in found.gates}
    assert found.ended_at == "legality"
    assert {name for name, verdict in verdicts.items() if verdict == "fails"} == {
        "legality",
        "necessity",
        "proportionality",
        "abuse",
    }
    assert verdicts["safeguards"] == "limited"
