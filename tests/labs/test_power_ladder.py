"""The power ladder as a lab: the advice, the figure and the table say the same, at every change."""

from __future__ import annotations

import itertools
import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.convention.power import Data, Place, Verdict, laws, offences, powers
from hanoikit.labs.power_panel import SIGNS, verdict_label

FACTS = ["investigation", "specified", "trusted"]


@pytest.fixture(scope="module")
def lab():
    return labs.power_ladder()


def rungs(result) -> dict[str, list[str]]:
    """The table of all powers: rung to its cells."""
    table = BeautifulSoup(result.html, "html.parser").find("table")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")]
    return {row[0]: row[1:] for row in rows}


def drawn(result) -> dict[str, str]:
    """The figure: a power's text on its rung to the word for the verdict."""
    (picture,) = result.pictures
    names, words = picture.data
    return dict(zip(names["text"], words["text"], strict=True))


def test_the_lab_answers_before_anything_is_changed(lab):
    assert lab.results["need"]["ok"] is True
    assert "27(b)" in lab.results["need"]["html"]
    assert lab.results["need"]["pictures"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"wanted": ["subscriber"]}, "Step 1: Production of subscriber information, 27(b)."),
        (
            {"wanted": ["path"], "facts": [*FACTS, "at_risk"]},
            "Step 1: Preservation order, 25(1). Step 2: Partial disclosure of traffic data, 26(b).",
        ),
        (
            {"wanted": ["content"], "place": "provider-serves"},
            "Step 1: Ask the other State for the stored data, 44(1). Our own powers do not reach.",
        ),
        (
            {"wanted": ["files"], "place": "premises", "facts": ["investigation", "specified"]},
            "Step 1: Search and seizure, 28(1).",
        ),
        ({"wanted": ["property"]}, "Step 1: Freezing or seizure of property, 31(2)."),
    ],
    ids=str,
)
def test_the_advice_is_said_in_a_sentence(lab, values, said):
    assert lab.press("need", "change", **values).say == said


def test_content_in_the_fraud_case_is_out_of_reach_and_the_list_is_the_reason(lab):
    result = lab.press("need", "change", wanted=["live-content"])
    assert not result.ok and "Out of reach: content still to come" in result.say
    assert "not in the range of serious offences" in rungs(result)["9"][2]
    assert lab.press("need", "change", wanted=["live-content"], offence="hospital").ok
    assert lab.press("need", "change", wanted=["live-content"], state="XC").ok


@pytest.mark.parametrize(
    ("facts", "why"),
    [(["specified", "trusted"], "general watching"), (["investigation", "trusted"], "has no limit")],
)
def test_without_a_case_or_named_data_no_power_is_open_and_the_reason_is_said(lab, facts, why):
    result = lab.press("need", "change", facts=facts)
    assert not result.ok and result.say.startswith("No power is open.") and why in result.say
    assert {row[1] for row in rungs(result).values()} == {"✕ not allowed"}


def test_nothing_wanted_is_said_and_not_drawn_as_an_advice(lab):
    result = lab.press("need", "change", wanted=[])
    assert "have not said what you want" in result.say and not result.ok


def test_figure_and_table_say_the_same_on_every_rung(lab):
    for wanted, place in itertools.product(Data, Place):
        result = lab.press(
            "need", "change", wanted=[wanted.value], place=place.value, facts=[*FACTS, "at_risk"]
        )
        table, figure = rungs(result), drawn(result)
        assert len(table) == len(figure) == (11 if wanted is Data.PROPERTY else 9)
        signs = {text.replace("<b>", "").replace("</b>", ""): word[0] for text, word in figure.items()}
        by_power = {f"{one.ref} {one.short}": one for one in powers()}
        for text, sign in signs.items():
            one = by_power[text]
            rung = str(one.rung) if one.track == "data" else f"property {one.rung}"
            assert table[rung][1][0] == sign, (wanted, place, text)


def test_each_verdict_has_its_own_sign_and_word():
    assert len(set(SIGNS.values())) == len(Verdict)
    assert len({verdict_label(one) for one in Verdict}) == len(Verdict)


def test_the_figure_has_a_sentence_and_is_plain_data(lab):
    (picture,) = lab.press("need", "change", wanted=["traffic"]).pictures
    assert "Advised: Production order to a person or company on rung 5" in picture.alt
    assert json.loads(json.dumps(picture.as_dict()))
    assert {trace["type"] for trace in picture.data} == {"scatter"}


def test_an_emergency_changes_who_orders_and_not_the_rung(lab):
    values = {"wanted": ["files"], "place": "premises", "facts": ["investigation", "specified"]}
    calm, urgent = (lab.press("need", "change", **values, urgency=level) for level in ("0", "2"))
    assert rungs(calm) == rungs(urgent) and calm.say == urgent.say
    assert "a prosecutor at once; a judge confirms within 48 hours" in urgent.html
    assert "confirms within" not in calm.html


def test_the_steps_name_who_orders_and_the_conditions_with_their_provisions(lab):
    result = lab.press(
        "need", "change", wanted=["traffic"], facts=[*FACTS, "at_risk"], offence="hospital", urgency="1"
    )
    text = BeautifulSoup(result.html, "html.parser").get_text(" ")
    for part in (
        "Who orders: a judge",
        "24(1): Proportionate",
        "25(2): In XA for 90 days",
        "25(3)",
        "27(a): Spec",
    ):
        assert part in text, part


def test_words_about_an_official_bring_a_warning_about_free_expression(lab):
    result = lab.press("need", "change", offence="insult", state="XD")
    assert "suppress free expression" in result.html
    assert "no such offence" in lab.press("need", "change", offence="insult", state="XB").say


def test_every_offence_and_state_of_the_lists_gives_an_answer(lab):
    for one, state in itertools.product(offences(), laws()):
        assert lab.press("need", "change", offence=one.id, state=state).say


@pytest.mark.parametrize(
    "values",
    [{"wanted": ["gold"]}, {"place": "moon"}, {"urgency": "9"}, {"offence": "murder"}, {"state": "ZZ"}],
    ids=str,
)
def test_a_choice_that_is_not_in_the_list_is_refused_and_explained(lab, values):
    result = lab.press("need", "change", **values)
    assert not result.ok and result.say


def test_why_the_rungs_stand_in_this_order_is_explained_and_called_the_courses_own(lab):
    html = lab.press("need", "change").html
    assert "The course&#x27;s own order" in html or "The course's own order" in html
    assert "does not rank its powers" in lab.spec[0]["text"]


def test_while_a_hand_in_is_marked_the_lab_does_nothing(monkeypatch):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    assert "not shown while marking" in repr(labs.power_ladder())
