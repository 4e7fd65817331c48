"""Keys of module 11 that can be worked out are worked out; and what a run earns is what the assignment says."""

from __future__ import annotations

import ast
import re
import shutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hanoikit import build, labs
from hanoikit.build.calls import split_hidden
from hanoikit.capstone import CapstoneCheck
from hanoikit.grading import AssignmentSource
from hanoikit.network import tables
from hanoikit.network.deadlines import at_office
from hanoikit.trust.chain import Chain

NAME = "m11-capstone"
FJORDHOLM = ZoneInfo("Europe/Helsinki")
FROM_THE_RUN = {
    "m11-q1": ("preserve", "assistance"),
    "m11-q2": ("abusive", "rightful"),
    "m11-q3": ("freeze", "return"),
    "m11-q4": ("emergency", "victim"),
    "m11-q5": ("package", "tampered", "decisions"),
}


@pytest.fixture(scope="module")
def source():
    return AssignmentSource.installed(NAME)


@pytest.fixture(scope="module")
def questions(source):
    return {one.id: one for one in build.questions(source.parsed)}


@pytest.fixture(scope="module")
def keys(questions) -> dict[str, object]:
    found = {}
    for name, question in questions.items():
        hidden = split_hidden(question.graded[0].source)[1]
        if hidden is not None and name not in FROM_THE_RUN:
            call = ast.parse(hidden).body[-1].value
            found[name] = next(ast.literal_eval(one.value) for one in call.keywords if one.arg == "key")
    return found


@pytest.fixture(scope="module")
def model(source) -> str:
    """The author's own run, as the assignment has it."""
    return next(
        cell.source for cell in source.parsed.cells if "model" in cell.tags and "case.run" in cell.source
    )


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    """The folder of a run in which the requests of the first evening came in and nothing was answered."""
    case = labs.whole_case(into=tmp_path_factory.mktemp("evening") / "work", sync=False)
    while "reporter" not in [one.id for one in case.run.matters()]:
        case.run.advance_to_event()
    return case.run.folder


@pytest.fixture
def case(evening, tmp_path):
    shutil.copytree(evening, tmp_path / "work")
    return labs.whole_case(into=tmp_path / "work", sync=False)


def table(prompt: str, columns: int) -> list[list[str]]:
    """The rows of the first table of the prompt that has so many columns."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in prompt.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if len(row) == columns and row[0].isdigit()]


def shares(log, question: str) -> float:
    """The share of the points of a question that a run earns."""
    check = CapstoneCheck(log, short=True)
    verdicts = [one().accepted for name in FROM_THE_RUN[question] for one in check.element(name).values()]
    return sum(verdicts) / len(verdicts)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=FJORDHOLM)


def test_question_6_no_line_after_the_one_that_decided_could_still_change_the_end(keys):
    # 1: the office was closed, and stayed so until the log was gone; at line 10 an hour was missing.
    gone = at("2026-08-12T14:00")
    assert gone.astimezone(ZoneInfo("Asia/Bangkok")).hour == 18
    assert at_office(at("2026-08-11T13:20"), law=tables.rules("XC").law) > gone
    assert at("2026-08-12T13:50") + timedelta(hours=1) > gone > at("2026-08-11T13:20") + timedelta(hours=1)
    # 2: at line 5 fourteen hours were left, at line 9 they were not.
    leaves, takes = at("2026-08-12T12:00"), timedelta(hours=14)
    assert at("2026-08-11T14:50") + takes < leaves < at("2026-08-12T03:30") + takes
    lines = {"1": "3", "2": "5", "3": "6", "4": "7", "5": "8"}
    options = dict(zip("abcdefgh", ("2", "3", "5", "6", "7", "8", "9", "10"), strict=True))
    assert {name: options[letter] for name, letter in keys["m11-q6"].items()} == lines


def test_question_6_says_of_deltara_what_the_recovery_room_knows_of_it(questions):
    from hanoikit import resources
    from hanoikit.network.yamldata import load

    law = next(one for one in load(resources.assets() / "recovery" / "laws.json") if one["state"] == "XD")
    assert law["hold_hours"] is None and law["freeze_delay_hours"] == 14
    assert "no hold" in questions["m11-q6"].prompts[0].source


def test_question_7_shows_hashes_that_were_computed_from_its_lines(questions, keys):
    prompt = questions["m11-q7"].prompts[0].source
    rows = table(prompt, 5)
    chain = Chain(kind="desk-record", owner="XB")
    kest = ZoneInfo("Asia/Kathmandu")
    for _number, time, text, previous, own in rows:
        line = chain.append(
            {"text": text}, at=datetime.fromisoformat(f"2026-08-11T{time}").replace(tzinfo=kest)
        )
        assert (f"`{line.previous[:8]}`", f"`{line.hash[:8]}`") == (previous, own)
    noted = re.search(r"\*\*line 5, `([0-9a-f]{8})`\*\*", prompt)[1]
    assert noted != chain.lines[4].hash[:8]
    # What was written anew: the prosecutor was called an hour and forty minutes later than the log now says.
    first = Chain(kind="desk-record", owner="XB")
    for number, time, text, *_hashes in rows:
        shown = "18:00" if number == "3" else time
        first.append({"text": text}, at=datetime.fromisoformat(f"2026-08-11T{shown}").replace(tzinfo=kest))
    assert noted == first.lines[4].hash[:8]
    assert keys["m11-q7"] == ["a", "c", "f"]


def test_question_9_gives_each_state_the_ways_that_its_data_have(keys):
    assert tables.rules("XD").interpol_when_urgent and keys["m11-q9"]["2"] == "d"
    assert not tables.rules("XB").interpol_when_urgent and keys["m11-q9"]["3"] == "e"


def test_question_10_is_when_the_office_opens(keys):
    opens = at_office(at("2026-09-18T14:30"), law=tables.rules("XB").law)
    assert opens == datetime.fromisoformat(keys["m11-q10"])
    assert at_office(at("2026-09-18T14:14"), law=tables.rules("XB").law) == at("2026-09-18T14:14")


def test_question_11_treats_the_two_requests_differently_and_neither_on_the_noise(keys):
    key = keys["m11-q11"]
    assert [key[row]["decision"] for row in key] == ["shown", "refuse", "not", "part"]
    carried = {number for row in key.values() for number in row["bear"]}
    assert not {"5", "6", "12"} & carried


def test_no_question_asks_for_the_number_of_a_paragraph(questions):
    for question in questions.values():
        assert not re.search(r"\b\d{2}\(\d", question.prompts[0].source), question.id


def test_the_questions_from_the_run_take_every_element_once_and_no_test_hides_another():
    check = CapstoneCheck("nowhere.jsonl", short=True)
    from hanoikit.capstone.plan import plan

    used = [name for names in FROM_THE_RUN.values() for name in names]
    assert sorted(used) == sorted(one.id for one in plan().of(short=True, teams=("XA",)))
    assert all(check.element(name) for name in used)


def test_the_marks_ask_for_the_elements_that_their_questions_name(questions):
    for name, elements in FROM_THE_RUN.items():
        hidden = split_hidden(questions[name].graded[0].source)[1]
        assert tuple(re.findall(r'run\.element\("(\w+)"\)', hidden)) == elements
        assert 'CapstoneCheck("work/desk.jsonl", short=True)' in hidden


def test_the_authors_run_earns_everything_and_its_labels_are_distinct(model, tmp_path):
    case = labs.whole_case(into=tmp_path / "work", sync=False)
    exec(model, {"case": case})
    assert case.run.over and case.run.score().share == 1
    check = CapstoneCheck(case.run.path, short=True)
    for question, elements in FROM_THE_RUN.items():
        labels = [test.label for name in elements for test in check.score.element(name).tests]
        assert len(labels) == len(set(labels)) > 2, question
        assert shares(case.run.path, question) == 1, question


def test_always_yes_and_always_no_earn_half_of_question_2(case, tmp_path):
    earned = {}
    for habit, ground in (("grant", ""), ("refuse", "40(22)")):
        folder = tmp_path / habit
        shutil.copytree(case.run.folder, folder)
        run = labs.whole_case(into=folder, sync=False).run
        for matter in ("mayor", "reporter"):
            run.decide(
                matter, habit, facts=("5", "6"), provisions=("40(22)",), ground=ground, reason="As always."
            )
        earned[habit] = shares(run.path, "m11-q2")
    assert earned == {"grant": 0.5, "refuse": 0.5}


def test_the_money_is_lost_to_whoever_waits_for_the_evening(case):
    case.run.advance(hours=4)
    case.run.send_product("freeze-2")
    case.run.next_part()
    case.run.next_part()
    assert shares(case.run.path, "m11-q3") < 0.6


def test_a_log_that_was_changed_earns_nothing(case):
    path = case.run.path
    path.write_bytes(path.read_bytes().replace(b"advanced", b"advanceD", 1))
    check = CapstoneCheck(path, short=True)
    verdict = next(iter(check.element("preserve").values()))
    with pytest.raises(Exception, match=r"hold|altered"):
        verdict()
