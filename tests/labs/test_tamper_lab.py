"""The tamper lab and the check of the case's log: what they say is what the attacks and the truth say."""

from __future__ import annotations

import json
from random import Random

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.casework import SHIPPED_SEEDS, open_case
from hanoikit.casework.truth import truth
from hanoikit.evidence.attacks import ATTACKS, named, receipts
from hanoikit.evidence.custody import CustodyLog, verify
from hanoikit.labs.tamper_panel import _TamperLab

# Attacks that leave a log which is sound in itself; back-dating does so when the entry is added at the end.
UNSEEN = {"truncate", "re-sign", "fork"}


@pytest.fixture(scope="module")
def practice(shipped):
    lab = _TamperLab(shipped.seed, Random(1))
    return lab, lab.widget()


def table_rows(result) -> list[list[str]]:
    rows = BeautifulSoup(result.html, "html.parser").select("table")[0].select("tbody tr")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]


def test_the_honest_practice_log_holds_with_and_without_a_witness(practice):
    _lab, view = practice
    for anchors in ([], ["witness"]):
        result = view.press("attack", "attack", attack="none", anchors=anchors)
        assert (result.ok, result.say) == (True, "The honest log holds.")


# With seed 0 an entry is back-dated at the end of the log, with seed 2 in its middle.
@pytest.mark.parametrize(("name", "seed"), [*((attack.name, 0) for attack in ATTACKS), ("back-date", 2)])
def test_each_attack_is_found_or_missed_as_it_promises(shipped, name, seed):
    lab = _TamperLab(shipped.seed, Random(seed))
    view = lab.widget()
    alone = view.press("attack", "attack", attack=name, anchors=[])
    outside = view.press("attack", "attack", attack=name, anchors=["witness"])
    attacked = lab.done[name]
    assert outside.say == f"Found: the first broken link is entry {attacked.first_broken}."
    findings = verify(attacked.log, roots=lab.roots, anchors=receipts(attacked.witnessed))
    assert {found.code for found in findings if found.entry == attacked.first_broken} & attacked.codes
    added_at_the_end = name == "back-date" and attacked.first_broken > len(attacked.witnessed)
    if name in UNSEEN or added_at_the_end:
        assert alone.say == "Nothing found. From inside the log this attack cannot be seen."
    else:
        assert alone.say.startswith("Found: the first broken link is entry")
    for result in (alone, outside):
        text = BeautifulSoup(result.html, "html.parser").get_text(" ")
        for said in (named(name).who, named(name).how_it_shows, named(name).what_would_have_missed_it):
            assert said in text
        assert len(result.html) < 100_000


def test_an_attack_pressed_again_is_the_same_attack(practice):
    lab, view = practice
    view.press("attack", "attack", attack="swap")
    first = lab.done["swap"].log.to_bytes()
    view.press("attack", "attack", attack="swap", anchors=["witness"])
    assert lab.done["swap"].log.to_bytes() == first


def test_an_attack_that_does_not_exist_is_refused(practice):
    assert not practice[1].press("attack", "attack", attack="bribe").ok


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_the_practice_log_is_of_another_case_with_other_people(tmp_path, seed):
    case = open_case(into=tmp_path / "case", seed=seed)
    received = CustodyLog.load(case.path("custody.jsonl"))
    practice = _TamperLab(seed, Random(0))
    assert practice.honest.case != received.case
    assert {entry.line for entry in practice.honest.entries}.isdisjoint(
        entry.line for entry in received.entries
    )
    assert set(practice.signers).isdisjoint(entry.actor for entry in received.entries)
    assert verify(received, roots=practice.roots) != []


# riddles


@pytest.mark.parametrize("seed", range(4))
def test_a_riddle_is_judged_right_only_for_the_true_attack_at_the_true_entry(shipped, seed):
    lab = _TamperLab(shipped.seed, Random(seed))
    view = lab.widget()
    new = view.press("riddle", "new")
    truth_ = lab.riddle
    assert truth_.attack.title not in new.html and truth_.attack.how_it_shows not in new.html
    other = next(attack.name for attack in ATTACKS if attack is not truth_.attack)
    right = {"guess": truth_.attack.name, "entry": str(truth_.first_broken)}
    for wrong in (
        right | {"guess": other},
        right | {"entry": str(truth_.first_broken + 1)},
        {"guess": other, "entry": "99"},
    ):
        result = view.press("riddle", "judge", **wrong)
        assert not result.ok and result.say.startswith("Not yet.")
        assert ("The attack is right." in result.say) == (wrong["guess"] == right["guess"])
        assert ("The entry is right." in result.say) == (wrong["entry"] == right["entry"])
    for given in (
        right,
        right | {"entry": truth_.first_broken},
        right | {"entry": f" {truth_.first_broken} "},
    ):
        result = view.press("riddle", "judge", **given)
        assert result.ok, result.say
    assert result.say == f"Right: {truth_.attack.title}, entry {truth_.first_broken}."
    assert lab.riddle is truth_


def test_an_incomplete_answer_asks_for_the_rest(shipped):
    view = labs.tamper_lab(shipped, seed=1)
    view.press("riddle", "new")
    for given in ({}, {"guess": "swap"}, {"entry": "3"}, {"guess": "swap", "entry": " "}):
        result = view.press("riddle", "judge", **given)
        assert not result.ok and "Choose an attack" in result.say


def test_judging_before_there_is_a_log_brings_one(shipped):
    result = labs.tamper_lab(shipped, seed=1).press("riddle", "judge", guess="swap", entry="3")
    assert result.ok and "A new log is here" in result.say


def test_the_same_seed_gives_the_same_riddles(shipped):
    said = [labs.tamper_lab(shipped, seed=5).press("riddle", "new").html for _time in range(2)]
    assert said[0] == said[1]


def test_what_travels_to_the_page_is_small_plain_data(practice):
    _lab, view = practice
    view.press("attack", "attack", attack="swap", anchors=["witness"])
    view.press("riddle", "new")
    for name in ("spec", "results"):
        assert len(json.dumps(getattr(view.children[0], name))) < 100_000


# the log of the case


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_against_the_witnesses_the_first_finding_is_where_the_truth_says(tmp_path, seed):
    case, true = open_case(into=tmp_path / "case", seed=seed), truth("m04", seed)
    shown = labs.log_check(case)
    read = shown.press("read", "read")
    assert f"{true.received_entries} entries by" in read.say
    result = shown.press("check", "check", against=["witnesses"])
    assert not result.ok
    where, _message, code = table_rows(result)[0]
    assert int("".join(filter(str.isdigit, where.partition("to")[0]))) == true.first_broken
    assert code in true.finding_codes
    assert len(json.dumps(shown.results)) < 100_000


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_checked_alone_the_log_warns_that_silence_proves_little(tmp_path, seed):
    case, true = open_case(into=tmp_path / "case", seed=seed), truth("m04", seed)
    result = labs.log_check(case).press("check", "check", against=[])
    if true.attack in UNSEEN:
        assert result.ok and "does not prove that nothing was cut off" in result.say
    else:
        assert not result.ok and table_rows(result)[0][0] == f"entry {true.first_broken}"


# while a hand-in is marked


@pytest.mark.parametrize("variable", [("NBGRADER_EXECUTION", "autograde"), ("HANOIKIT_MARKING", "1")])
def test_while_marking_every_lab_is_one_plain_line_and_touches_nothing(
    shipped, opened, tmp_path, monkeypatch, variable
):
    monkeypatch.setenv(*variable)
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in shipped.folder.iterdir())
    shown = [opened(name, shipped) for name in labs.__all__]
    for lab in shown:
        assert repr(lab).endswith("not shown while marking)") and "\n" not in repr(lab)
        # Cells of the trainee's own that use a lab find nothing in it, and do not fail.
        lab.press("image", "check")
        assert list(lab.bench.files()) == []
    assert len({repr(lab) for lab in shown}) == len(labs.__all__) >= 6
    assert list(tmp_path.iterdir()) == []
    assert sorted(path.name for path in shipped.folder.iterdir()) == before


def test_while_marking_a_lab_shows_plain_text_only(shipped, monkeypatch):
    from IPython.core.formatters import DisplayFormatter

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    data, _metadata = DisplayFormatter().format(labs.tamper_lab(shipped))
    assert data == {"text/plain": "(Tamper lab: not shown while marking)"}
