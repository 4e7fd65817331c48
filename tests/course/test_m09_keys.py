"""Keys of module 9 that the victims room can work out are worked out, and its texts keep the room's own rules."""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import replace

import pytest

from hanoikit import build, resources
from hanoikit.build.calls import split_hidden
from hanoikit.grading import AssignmentSource
from hanoikit.victims import (
    HashService,
    PerceptualHash,
    altered,
    branching_case,
    distance,
    drawing,
    hashes_for,
    judge,
    partner,
    perceptual_hash,
    route,
    rules,
)

NAME = "m09-victims"


@pytest.fixture(scope="module")
def source():
    return AssignmentSource.installed(NAME)


def _call(code: str) -> dict[str, object]:
    found = ast.parse(code).body[-1]
    assert isinstance(found, ast.Expr) and isinstance(found.value, ast.Call)
    return {one.arg: ast.literal_eval(one.value) for one in found.value.keywords}


@pytest.fixture(scope="module")
def asked(source) -> dict[str, dict[str, object]]:
    return {one.id: _call(one.controls[0][0].source) for one in build.questions(source.parsed)}


@pytest.fixture(scope="module")
def keys(source) -> dict[str, object]:
    found = {}
    for question in build.questions(source.parsed):
        hidden = split_hidden(question.graded[0].source)[1]
        if hidden is not None:
            found[question.id] = _call(hidden)
    return found


@pytest.fixture(scope="module")
def text(source) -> str:
    return "\n".join(cell.source for cell in source.parsed.cells if cell.kind == "markdown")


def decided(keys, question: str) -> dict[str, str]:
    return {row: one["decision"] for row, one in keys[question]["key"].items()}


def test_question_1_sends_each_report_where_the_room_sends_it(keys):
    found = {
        "1": route(age="adult", consent="shared-once"),
        "2": route(age="under-18", consent="to-this"),
        "3": route(age="adult", spread="threat"),
        "4": route(age="unknown"),
        "5": route(age="adult", consent="to-this"),
        "6": route(age="adult", consent="withdrawn"),
    }
    letters = {"child": "a", "ncii": "b", "threat": "c", "agreed": "d"}
    assert {line: letters[one.id] for line, one in found.items()} == keys["m09-q1"]["key"]


def test_question_2_goes_the_rooms_way(keys):
    rows = decided(keys, "m09-q2")
    assert rows["route"] == route(age="adult", consent="shared-once").id
    assert rows["partner"] == partner("XD", harm="yes").punishable
    carried = [number for one in keys["m09-q2"]["key"].values() for number in one["bear"]]
    assert not {"4", "10"} & set(carried)


def test_question_3_breaks_no_rule_in_any_order_that_it_accepts_and_some_in_each_neighbouring_one(keys):
    acts = {
        "a": "tell-news",
        "b": "ask-partner-preserve",
        "c": "ask-safety",
        "d": "request-removal",
        "e": "ask-age",
        "f": "ask-wishes",
        "g": "contact-suspect",
    }
    case = branching_case("shared-once")

    def broken(letters) -> set[str]:
        return {
            rule.id for rule in judge(case, [acts[one] for one in letters]).broken if rule.kind == "before"
        }

    *first, last = keys["m09-q3"]["key"]
    for pair in itertools.permutations(last):
        assert broken([*first, *pair]) == set()
    swapped = [*first[:3], first[4], first[3], *last]
    assert "preserve-before-removal" in broken(swapped)
    assert broken(["g", *first, "a"]) >= {"danger-before-contact", "no-warning"}


def test_question_4_names_the_rules_that_the_record_breaks(keys, asked):
    record = [
        "ask-age",
        "blame",
        "request-removal",
        "preserve",
        "ask-safety",
        "plan-safety",
        "ask-wishes",
        "make-hash",
        "offer-support",
        "tell-news",
    ]
    at_home = replace(branching_case("shared-once"), traits=frozenset({"adult", "danger", "published"}))
    found = judge(at_home, record)
    titles = {rule.title: rule for rule in rules()}
    offered = {letter: titles[words] for letter, words in asked["m09-q4"].items() if letter != "hint"}
    assert {rule.title for rule in found.broken} <= {rule.title for rule in offered.values()}
    assert [letter for letter, rule in offered.items() if rule in found.broken] == keys["m09-q4"]["key"]
    assert all(rule in found.kept or rule in found.broken for rule in offered.values())


def test_question_5_is_the_distance_of_the_two_lines(keys, text):
    lines = re.findall(r"(?:listed|uploaded): `([01 ]+)`", text)
    one, other = (f"{int(line.replace(' ', ''), 2):064x}" for line in lines)
    assert keys["m09-q5"]["key"] == distance(one, other) <= HashService().threshold


def test_question_6_tells_what_the_hash_does(keys):
    changes = ("resize", "mirror", "crop-25", "quarter-turn", "recompress", "border")
    reported = {
        (seed, placements): hashes_for(drawing(seed), placements=placements)
        for seed in range(1, 7)
        for placements in (False, True)
    }
    for line, alteration in enumerate(changes, 1):
        answers = set()
        for seed in range(1, 7):
            found, upload = [], perceptual_hash(altered(drawing(seed), alteration))
            for placements in (False, True):
                service = HashService()
                service.report(reported[seed, placements], age="adult")
                found.append(bool(service.look(upload)))
            answers.add({(True, True): "a", (False, True): "b", (False, False): "c"}[tuple(found)])
        assert answers == {keys["m09-q6"]["key"][str(line)]}, alteration


def test_question_7_does_what_the_service_does(keys, asked):
    for row, words in asked["m09-q7"]["rows"].items():
        bits, quality = map(int, re.findall(r"\d+", words))
        service = HashService()
        service.report(PerceptualHash("0" * 64, 100), age="adult")
        upload = PerceptualHash(f"{(1 << bits) - 1:064x}", quality)
        said = "out" if quality < service.least_quality else "look" if service.look(upload) else "none"
        assert decided(keys, "m09-q7")[row] == said, row


def test_question_10_reads_the_laws_of_the_course_s_states(keys):
    found = {
        "a": partner("XC", synthetic=True),
        "b": partner("XB", synthetic=True),
        "c": partner("XD"),
        "d": partner("XD", harm="yes"),
        "e": partner("XE", harm="yes"),
        "f": partner("XD", harm="no"),
        "g": partner("XB"),
    }
    assert {row: one.punishable for row, one in found.items()} == decided(keys, "m09-q10")


def test_the_statements_about_confidence_are_balanced(keys):
    truths = list(keys["m09-q12"]["key"].values())
    assert truths.count(True) * 2 == len(truths)


def test_a_content_note_stands_first_and_no_word_blames_or_shows(source, text):
    lesson = (resources.lessons() / f"{NAME}.md").read_text(encoding="utf-8").split("---", 2)[2]
    assert lesson.index("Before you begin") < lesson.index("## 1. ")
    assert text.index("What it is about") < text.index("## Question 1")
    for page in (lesson, text):
        assert not re.search(r"porn|naked|nude|explicit|slut|promiscu", page, flags=re.IGNORECASE)
        assert "you can step out" in page.casefold() or "you can stop" in page.casefold()


def test_no_question_asks_for_the_number_of_a_paragraph(source):
    for question in build.questions(source.parsed):
        assert not re.search(r"\b\d{2}\(\d", question.prompts[0].source), question.id
