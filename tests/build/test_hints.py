"""What keeps a hint from giving the answer away, from saying the same twice, and from reaching a trainee."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanoikit import build
from hanoikit.build import hints

from .conftest import FRONT, MARK

OPTIONS = 'a="The content is the same.", b="The file name is the same."'
SIDES = (
    'left=["a number that a phone called", "Aldermark"], right=["content data", "it must be able to claim"]'
)
ASKED = {
    "choice": (f'ask.choice("m04-q1", {OPTIONS}, hint="What goes into a hash?")', 'key="a"'),
    "choices": (f'ask.choices("m04-q1", {OPTIONS})', 'key="a"'),
    "number": ('ask.number("m04-q1", unit="instruments")', "key=7"),
    "sum": ('ask.number("m04-q1", unit="XTS")', "key=12000"),
    "february": ('ask.number("m04-q1", unit="February 2028")', 'key=24, unit="February 2028"'),
    "moment": ('ask.moment("m04-q1")', 'key="2026-12-03T00:00:00+02:00"'),
    "provision": ('ask.provision("m04-q1")', 'key="6(2)"'),
    "match": (f'ask.match("m04-q1", {SIDES})', 'key={"1": "b", "2": "b"}'),
    "order": ('ask.order("m04-q1", a="first this one", b="then that one")', 'key=["a", "b"]'),
}
"""A control and the key of its mark."""


def found(name: str, *texts: object) -> list[str]:
    """The codes of what is wrong with these hints of a question."""
    control, key = ASKED[name]
    kind = control.partition("(")[0].removeprefix("ask.")
    metadata = {"hanoikit": {"question": "m04-q1", "objective": "m04-o1", "hints": list(texts)}}
    text = "\n\n".join(
        (
            FRONT.replace("KIND", "assignment").replace("PASS", "  pass_mark: 70\n"),
            f"+++ {json.dumps(metadata)}",
            "## Question 1",
            f"```{{code-cell}} python\n:tags: [ask]\n{control}\n```",
            MARK % ("m04-q1", 2, f'mark.{kind}("m04-q1", {key}, points=2)'),
        )
    )
    (question,) = build.questions(build.parse(text, Path("m04-evidence-chain.md")))
    return [code for code, _message in hints.unfitting(question)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("choice", "Think: *the content* is the same."),
        ("choices", "It proves that the content is the same, nothing else."),
        ("number", "36 less 3 are 33, so 7 are missing."),
        ("number", "Then seven are missing."),
        ("sum", "So 12,000 XTS are left."),
        ("february", "On 24 February the answer comes in time."),
        ("moment", "Day 90 is 2 December."),
        ("moment", "It ends as 3 December 2026 begins."),
        ("moment", "Try 2026-12-02."),
        ("provision", "Read articles 5(2), 6(2) and 24."),
        ("provision", "Read {art}`6(2)`."),
        ("match", "For Aldermark: it must be able to claim."),
    ],
)
def test_a_hint_that_holds_the_answer_is_found(name, hint):
    assert found(name, "Begin with the facts.", hint) == ["hint-answer"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("choice", "Is the content a part of a hash, or the name?"),
        ("choices", "Compare the file name with the content: which is the same after a copy?"),
        ("number", "Article 7 and articles 5 to 7 do not help; see question 7, step 7 and 7 March 2026."),
        ("number", "33 count, and 70 or 1.7 are other numbers."),
        ("february", "In February 2028, 29 February is a feast."),
        ("moment", "13 December is too late, 2 November too early, and winter comes."),
        ("provision", "It is not article 5(2), nor article 6(1)."),
        ("match", "Ask whether Aldermark is the place of the result."),
        ("order", "Is first this one, then that one right?"),
    ],
)
def test_a_hint_on_the_way_to_the_answer_is_none(name, hint):
    assert found(name, hint) == []


def test_two_hints_that_say_the_same_are_found():
    assert found("number", "Who counts?", "Who *counts*!") == ["hint-twice"]
    long = "Take the organisations of States off the list before you count what is left on it"
    assert found("number", long, f"{long} now") == ["hint-twice"]
    assert found("number", long, "Then ask how far it is to forty.") == []


def test_a_hint_that_the_control_shows_anyway_is_found():
    assert found("choice", "What goes into a hash?") == ["hint-shown"]
    assert found("choice", "Would a copy with another name have another hash?") == []


def test_a_list_of_another_form_is_one_finding():
    for texts in ([], ["a", ""], ["a", 1], [f"hint {n}" for n in range(10)]):
        assert found("number", *texts) == ["hints-form"]


def test_a_question_without_hints_is_sound_and_hints_are_in_nothing_that_is_derived(course, citations):
    path = build.assignment_paths(course)[0]
    before = build.derive_all(course, citations=citations)
    text = path.read_text()
    hinted = text.replace(
        '"provisions": ["25(2)"]', '"provisions": ["25(2)"], "hints": ["Zzyzx, one.", "Zzyzx, two."]'
    )
    assert text.count("hints") == 0 and hinted.count("Zzyzx") == 2
    path.write_text(hinted)
    (question, *_others) = build.questions(build.read(path))
    assert question.hints == ("Zzyzx, one.", "Zzyzx, two.")
    after = build.derive_all(course, citations=citations)
    assert after == before and "Zzyzx" not in repr(after)
