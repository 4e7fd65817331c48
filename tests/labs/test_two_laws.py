"""The dual-criminality table and the jurisdiction finder."""

from __future__ import annotations

import itertools

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import dual_criminality, jurisdiction, state, states
from hanoikit.labs.offence_words import NO_BREAK

CODES = [law.code for law in states()]
HEADLINES = {"in": "Punishable in both.", "out": "Not punishable in both.", "depends": "Not decided yet."}


@pytest.fixture(scope="module")
def table():
    return labs.dual_criminality_table()


@pytest.fixture
def finder():
    return labs.jurisdiction_finder()


def text(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text(" ").replace(NO_BREAK, " ")


@pytest.mark.parametrize("pair", itertools.combinations(CODES, 2), ids="-".join)
def test_the_table_says_what_the_room_computes_and_names_both_laws(table, pair):
    for one in scenes():
        found = dual_criminality(one.conduct, *map(state, pair))
        shown = table.press("two", "change", scene=one.id, first=pair[0], second=pair[1])
        assert shown.ok and shown.say == f"{HEADLINES[found.verdict]} {found.reason}"
        for side in found.sides:
            assert side.law.name in shown.html
            for punishing in side.punishing:
                assert punishing.label in text(shown.html)
        (picture,) = shown.pictures
        assert len(picture.data[0]["text"]) == len(picture.layout["yaxis"]["ticktext"])
        assert HEADLINES[found.verdict] in picture.alt


def test_the_difference_between_the_two_stopped_payments_is_the_conduct(table):
    lie = table.press("two", "change", scene="stopped-friend", first="XA", second="XB")
    paper = table.press("two", "change", scene="stopped-transfer", first="XA", second="XB")
    assert lie.say.startswith("Not punishable") and paper.say.startswith("Punishable in both")
    assert "False writing by machine" in text(paper.html)


def test_what_a_law_asks_in_addition_stands_beside_the_verdict(table):
    shown = text(table.press("two", "change", scene="night-entry", first="XA", second="XB").html)
    assert "This law asks in addition: a security measure was broken." in shown
    assert "preservation of data" in shown and "42(4), 42(5)" in shown


def test_the_same_state_twice_is_refused(table):
    refused = table.press("two", "change", scene="ship", first="XA", second="XA")
    assert not refused.ok and "same State twice" in refused.say


@pytest.mark.parametrize("values", [{"scene": "none"}, {"first": "FR"}, {"second": ""}], ids=str)
def test_what_is_not_in_the_lists_is_refused(table, values):
    assert not table.press("two", "change", **values).ok


def rows(panel) -> list[list[str]]:
    page = BeautifulSoup(panel.results["where"]["html"], "html.parser")
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.select("tbody tr")
    ]


def test_a_scene_fills_in_the_facts_and_the_grounds_are_those_of_the_room(finder):
    for one in scenes():
        finder.press("scene", "change", scene=one.id)
        expected = jurisdiction(one.happening, conduct=one.conduct)
        assert [(row[0][-3:-1], row[1]) for row in rows(finder)] == [
            (c.state, c.ref) for c in expected.claims
        ]
        fields = {field["name"].split("--")[-1]: field["value"] for field in finder.spec[1]["fields"]}
        assert fields["acts"] == sorted(one.happening.acts)
        assert fields["cases"] == sorted(one.happening.cases)


def test_when_the_reason_of_the_refusal_changes_the_duty_becomes_a_choice(finder):
    finder.press("scene", "change", scene="images")
    assert "it must prosecute" in finder.press("where", "change").say
    other = finder.press("where", "change", **{"images--refusal": "XB:other"}).say
    assert "must prosecute" not in other
    assert ["22(4)", "△ could, its law does not"] in [row[1:3] for row in rows(finder)]
    assert "must prosecute" not in finder.press("where", "change", **{"images--refusal": "none"}).say


def test_a_case_opened_or_closed_changes_who_consults(finder):
    finder.press("scene", "change", scene="images")
    assert "Consult later: XA, XB." in finder.press("where", "change", **{"images--cases": ["XA"]}).say
    now = finder.press("where", "change", **{"images--cases": ["XA", "XD"]}).say
    assert "Consult now: XA, XD." in now


def test_the_flag_state_must_claim_although_nobody_acted_on_its_soil(finder):
    said = finder.press("scene", "change", scene="ship").say
    assert "Must claim: XA, XE." in said and "May claim: XB." in said


def test_the_figure_has_a_row_for_each_state_and_signs_with_words(finder):
    finder.press("scene", "change", scene="images")
    (picture,) = finder.results["where"]["pictures"]
    cells = picture["data"][0]["text"]
    assert len(cells) == len(CODES)
    assert {cell for row in cells for cell in row} <= {"", "■ must", "▲ may", "△ no"}
    assert "■ must" in picture["alt"]


def test_changes_of_another_scene_that_arrive_late_are_not_used(finder):
    finder.press("scene", "change", scene="images")
    finder.press("scene", "change", scene="ship")
    before = finder.results["where"]
    finder.press("where", "change", **{"images--acts": ["XD"]})
    assert finder.results["where"] == before


@pytest.mark.parametrize(
    "values",
    [{"images--acts": ["ZZ"]}, {"images--refusal": "XB:because"}, {"images--refusal": "FR:other"}],
    ids=str,
)
def test_a_state_or_reason_that_there_is_not_is_refused(finder, values):
    finder.press("scene", "change", scene="images")
    refused = finder.press("where", "change", **values)
    assert not refused.ok
    assert finder.press("where", "change", **{"images--acts": ["XB"], "images--refusal": "none"}).ok


def test_open_points_are_listed(finder):
    finder.press("scene", "change", scene="under-18")
    assert "nationality of the offender is not known" in text(finder.results["where"]["html"])


def test_every_scene_has_words_for_a_helper_where_the_question_is_about_one():
    assert [one.id for one in scenes() if one.conduct.role == "helper"] == ["landlord"]
    assert scene("landlord").text
