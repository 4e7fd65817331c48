"""Keys of module 2 that the offence room can compute are computed, and the card says what the laws say."""

from __future__ import annotations

import re

import pytest

from hanoikit import build, resources
from hanoikit.casework.scenes import scene
from hanoikit.convention.offence import (
    Conduct,
    Happening,
    dual_criminality,
    find_offences,
    jurisdiction,
    penalty,
    state,
    states,
)
from hanoikit.grading import AssignmentSource

NAME = "m02-offences"
DONE = {"on-purpose": "yes", "without-right": "yes"}


@pytest.fixture(scope="module")
def source():
    return AssignmentSource.installed(NAME)


@pytest.fixture(scope="module")
def keys(source) -> dict[str, object]:
    text = source.text.read_text(encoding="utf-8")
    found = re.findall(r'^answer\("(m02-q\d+)", (.+)\)$', text, flags=re.MULTILINE)
    return {name: eval(value, {"__builtins__": {}}) for name, value in found}


def conduct(**facts: str) -> Conduct:
    given = {key.replace("_", "-"): value for key, value in facts.items()}
    return Conduct({**DONE, **given}).and_nothing_else()


def only_in(one: Conduct) -> set[int]:
    return {found.article for found in find_offences(one) if found.verdict == "in"}


def test_question_1_names_the_offence_that_the_room_finds(keys):
    article = {"a": 9, "b": 13, "c": 7, "d": 11, "e": 8, "f": 10}
    acts = {
        "1": conduct(intercepted="yes", not_public="yes"),
        "2": conduct(accessed_system="yes"),
        "3": conduct(data_harmed="yes"),
        "4": conduct(hindered_by_data="yes", system_hindered="yes"),
        "5": conduct(person_deceived="yes", property_lost="yes", aim_gain="yes", through_system="yes"),
    }
    for number, letter in keys["m02-q1"].items():
        assert only_in(acts[number]) == {article[letter]}, number


def test_question_2_the_attempt_is_left_to_each_state(keys):
    tried = conduct(person_deceived="yes", property_lost="tried", aim_gain="yes", through_system="yes")
    (fraud,) = [one for one in find_offences(tried) if one.article == 13]
    assert fraud.verdict == "depends" and fraud.choices == ("19(2)",)
    assert keys["m02-q2"] == "c"


def test_question_3_what_is_out_is_out(keys):
    acts = {
        "a": Conduct({"data-harmed": "yes", "on-purpose": "yes", "without-right": "no"}).and_nothing_else(),
        "b": conduct(data_harmed="yes"),
        "c": conduct(insult="yes"),
        "d": conduct(item_obtained="yes", item_is_tool="yes", aim_offence_7_10="yes", testing="no"),
        "e": conduct(work_copied="yes"),
        "f": conduct(hindered_by_data="yes", system_hindered="yes"),
    }
    out = sorted(
        letter for letter, one in acts.items() if {found.verdict for found in find_offences(one)} == {"out"}
    )
    assert out == keys["m02-q3"]


def test_question_8_dual_criminality_is_as_the_laws_say(keys):
    answers = {
        "1": (conduct(accessed_system="yes", measure_broken="no"), "XA", "XB"),
        "2": (
            conduct(item_made_available="yes", item_is_access_data="yes", aim_offence_7_10="yes", testing="no"),
            "XA",
            "XC",
        ),
        "3": (
            conduct(
                image_shared="yes", through_system="yes", image_sexual="yes", image_is_recording="yes",
                shown_is_adult="yes", private_when_made="yes", expected_privacy="yes", no_consent="yes",
            ),
            "XA",
            "XD",
        ),
        "4": (conduct(data_harmed="yes", harm_serious="no"), "XB", "XD"),
    }  # fmt: skip
    for number, (one, first, second) in answers.items():
        found = dual_criminality(one, state(first), state(second))
        sides = tuple(side.verdict for side in found.sides)
        letter = {
            ("out", "out"): "a",
            ("in", "depends"): "b",
            ("in", "in"): "c",
            ("in", "out"): "d",
            ("out", "in"): "e",
        }[sides]
        assert keys["m02-q8"][number] == letter, (number, sides)


def test_question_9_the_positions_are_as_the_laws_say(keys):
    found = jurisdiction(Happening(acts={"XC"}, effects={"XA"}, victims={"XB"}, offenders={"XD"}))
    claims = {claim.state: claim for claim in found.claims}
    expected = {
        "XA": ("22(1)(a)", "must", True, "e"),
        "XB": ("22(2)(a)", "may", False, "b"),
        "XC": ("22(1)(a)", "must", True, "c"),
        "XD": ("22(2)(b)", "may", True, "a"),
    }
    for number, code in zip("1234", expected, strict=True):
        claim = claims[code]
        assert (claim.ref, claim.force, claim.taken) == expected[code][:3]
        assert keys["m02-q9"][number] == expected[code][3]


def test_question_10_counts_the_heavier_sentence_of_deltara(keys):
    law = state("XD")
    harmed = Conduct({"critical-infrastructure": "yes"})
    assert penalty(law.offence("data"), harmed, law).maximum == keys["m02-q10"]


def test_the_card_of_the_assignment_says_what_the_laws_say(source):
    text = source.text.read_text(encoding="utf-8")
    card = {row[:2]: row for row in re.findall(r"^\| \w+ \((X\w\) \|.+)\|$", text, flags=re.MULTILINE)}
    asked = {
        "7-measure": "a security measure was broken",
        "7-aim": "aim to get data, or dishonest",
        "7-connected": "a connected system",
        "9-harm": "serious harm",
    }
    assert set(card) == {"XA", "XB", "XC", "XD"}
    for code, row in card.items():
        law = state(code)
        cells = [cell.strip() for cell in row.split("|")[1:]]
        for offence, cell in ((law.offence("access"), cells[0]), (law.offence("data"), cells[1])):
            words = [asked[one.id] for one in offence.choices] or ["nothing more"]
            assert cell == f"{words[0]}; {offence.max_years} years"
        assert ("reservation" in cells[2]) is any(one.ref == "11(3)" for one in law.reservations)
        assert ("aim to harm" in cells[3]) is any(one.id == "16-harm" for one in law.offence("image").choices)
        raised = {one.max_years for one in law.aggravations}
        assert {int(n) for n in re.findall(r"\d+", cells[4])} == raised
        assert raised or cells[4] == "no heavier sentence"


def test_the_tasks_of_the_lesson_come_out_as_the_lesson_says():
    text = (resources.lessons() / f"{NAME}.md").read_text(encoding="utf-8")
    for title in (
        "stopped-transfer",
        "night-entry",
        "tester",
        "stopped-friend",
        "kit-seller",
        "images",
        "ship",
    ):
        assert f"*{scene(title).title}*" in text
    first = {
        a.article: a.verdict for a in find_offences(scene("stopped-transfer").conduct) if a.verdict != "out"
    }
    assert first == {12: "in", 13: "depends"}
    pair = state("XA"), state("XB")
    assert dual_criminality(scene("stopped-friend").conduct, *pair).verdict == "out"
    assert dual_criminality(scene("stopped-transfer").conduct, *pair).verdict == "in"
    seller = scene("kit-seller").conduct
    assert dual_criminality(seller, state("XA"), state("XC")).verdict == "out"
    passwords = seller.with_facts({"item-is-access-data": "yes"})
    assert dual_criminality(passwords, state("XA"), state("XC")).verdict == "in"
    unasked = scene("tester").conduct.with_facts({"without-right": "yes"})
    assert any(a.verdict == "in" for a in find_offences(unasked))
    flag = jurisdiction(scene("ship").happening)
    assert [c.ref for c in flag.claims if c.state == "XE"] == ["22(1)(b)"]


def test_questions_on_less_certain_articles_never_ask_for_a_paragraph(source):
    for question in build.questions(source.parsed):
        if question.id == "m02-q6":
            continue
        late = [ref for ref in question.provisions if int(re.match(r"\d+", ref)[0]) >= 16 and "(" in ref]
        assert set(late) <= {"35(3)", "37(11)"}, question.id
        assert not re.search(r"\b(1[6-9]|2\d)\(\d", question.prompts[0].source), question.id


def test_every_state_of_the_data_is_introduced_in_the_lesson():
    text = (resources.lessons() / f"{NAME}.md").read_text(encoding="utf-8")
    for law in states():
        assert f"**{law.name} ({law.code})**" in text
