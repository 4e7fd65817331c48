"""The order timeline as a lab: orders in, the calendar out; what cannot be ordered is explained."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.errors import UsageError

QUICK = (
    ("preserve", "first", "2026-02-16", "10:00"),
    ("disclose", "first", "2026-02-16", "10:05"),
    ("preserve", "second", "2026-02-17", "12:10"),
    ("disclose", "second", "2026-02-17", "12:15"),
    ("preserve", "third", "2026-02-19", "12:10"),
    ("disclose", "third", "2026-02-19", "12:15"),
)
RENEWED = tuple(("renew", name, "2026-05-13", "09:00") for name in ("first", "second", "third"))
PRODUCED = tuple(("produce", name, "2026-05-18", "09:30") for name in ("first", "second", "third"))


@pytest.fixture
def lab():
    return labs.order_timeline()


def order(lab, act, provider, day, clock):
    return lab.press("orders", "order", act=act, provider=provider, date=day, time=clock)


def give(lab, acts):
    results = [order(lab, *act) for act in acts]
    assert all(result.ok for result in results), [result.say for result in results if not result.ok]
    return results[-1]


def stands(result) -> dict[str, list[str]]:
    table = BeautifulSoup(result.html, "html.parser").find("table")
    head = [cell.get_text() for cell in table.select("thead th")]
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")]
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def names(lab) -> list[str]:
    return [option["value"] for option in lab.spec[0]["fields"][1]["options"]]


def test_the_first_order_starts_the_clock_and_its_end_stands_in_both_zones(lab):
    result = order(lab, *QUICK[0])
    assert result.say == "Havnmail must keep the data, for 90 days."
    table = stands(result)
    assert table["Order ends"]["Havnmail"] == "16 May 2026, 24:00"
    assert table["Order ends, in UTC"]["Havnmail"] == "2026-05-16 21:00"
    assert table["Renewal possible from"]["Havnmail"] == "26 April 2026, 00:00"
    assert table["Last office hour for it"]["Havnmail"] == "13 May 2026, 16:15"
    assert table["On this day"]["Provider 2"] == "not found yet"


def test_a_provider_can_be_chosen_only_when_the_one_before_it_was_asked(lab):
    assert names(lab) == ["first"]
    give(lab, QUICK[:2])
    assert names(lab) == ["first", "second"]
    early = order(lab, "preserve", "second", "2026-02-16", "11:00")
    assert not early.ok and "do not know this provider yet" in early.say


def test_quick_and_renewed_in_time_hands_everything_over(lab):
    result = give(lab, QUICK + RENEWED + PRODUCED)
    assert "you find 3 of 3 providers. The data of 3 are handed over." in result.html
    assert "ask that State to preserve (42(1))" in result.html
    (picture,) = result.pictures
    assert "Handed over: 3 of 3" in picture.alt
    assert {trace["name"] for trace in picture.data if trace.get("marker", {}).get("symbol") == "star"} == {
        "handed over"
    }


def test_without_renewal_the_data_are_lost_and_the_sentence_says_when(lab):
    result = give(lab, QUICK)
    assert "The data of 0 are handed over." in result.html
    assert "Data are deleted at: Havnmail on 16 May 2026, 24:00" in result.html


def test_the_slider_shows_how_things_stood_on_a_day(lab):
    give(lab, QUICK)
    seen = {
        look: stands(lab.press("orders", "change", look=str(look)))["On this day"]
        for look in (0, 1, 80, 87, 134)
    }
    assert seen[0]["Provider 2"] == "not found yet"
    assert seen[1]["Fjordnet Relay"] == "■ preserved"
    assert seen[80]["Havnmail"] == "■ preserved; can be renewed"
    assert seen[87]["Havnmail"] == "▲ preserved; too late to renew"
    assert seen[134]["Havnmail"] == "✕ data deleted"


def test_an_act_that_the_law_refuses_stays_in_the_list_with_its_reason(lab):
    give(lab, QUICK)
    result = order(lab, "produce", "first", "2026-03-02", "09:00")
    assert not result.ok and "27(a)" in result.say
    assert "The judge refuses" in result.html and "✕" in result.html


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"date": ""}, "cannot be read"),
        ({"time": "noon"}, "cannot be read"),
        ({"time": "10:00+02:00"}, "states its zone itself"),
        ({"date": "2026-02-15"}, "The case runs from 16 February 2026, 10:00"),
        ({"date": "2027-01-01"}, "The case runs from"),
        ({"act": "tap"}, "is no act"),
        ({"provider": "fourth"}, "no provider"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_and_the_calendar_stays_in_sight(lab, values, what):
    result = lab.press("orders", "order", **values)
    assert not result.ok and what in result.say
    assert result.pictures and "<table" in result.html
    assert lab.press("orders", "back").say == "There is no order to take back."


def test_time_goes_forward(lab):
    order(lab, "preserve", "first", "2026-02-18", "10:00")
    back = order(lab, "disclose", "first", "2026-02-17", "10:00")
    assert not back.ok and "Time goes forward" in back.say


def test_an_order_can_be_taken_back_and_everything_can_start_again(lab):
    fresh = lab.results["orders"]
    give(lab, QUICK[:3])
    lab.press("orders", "back")
    assert "Fjordnet Relay must keep" not in lab.results["orders"]["html"]
    lab.press("orders", "again")
    assert stands(lab.press("orders", "change")) and names(lab) == ["first"]
    assert lab.results["orders"]["html"] == fresh["html"]


def test_the_calendar_and_the_law_are_told_with_the_holidays_that_matter(lab):
    text = BeautifulSoup(lab.spec[0]["text"], "html.parser").get_text(" ")
    for part in (
        "20 February 2026 (Day of the Ice)",
        "14 May 2026",
        "2 renewals",
        "08:00 to 16:15",
        "6 working days",
    ):
        assert part in text, part


def test_the_bars_end_where_the_clock_on_the_wall_does_also_after_the_clocks_changed(lab):
    (picture,) = order(lab, *QUICK[0]).pictures
    bar = next(trace for trace in picture.data if trace.get("name") == "order to preserve")
    assert bar["base"] == ["2026-02-16 10:00"]
    # 89 days and 14 hours on the wall, although one hour was skipped in March.
    assert bar["x"] == [(89 * 24 + 14) * 3_600_000]
    assert json.loads(json.dumps(picture.as_dict()))


def test_each_sort_of_bar_and_sign_differs_by_more_than_its_colour(lab):
    (picture,) = give(lab, QUICK + RENEWED + PRODUCED).pictures
    bars = [
        trace["marker"].get("pattern", {}).get("shape", "")
        for trace in picture.data
        if trace["type"] == "bar"
    ]
    signs = [trace["marker"]["symbol"] for trace in picture.data if "symbol" in trace.get("marker", {})]
    assert len(set(bars)) == len(bars) == 3 and len(set(signs)) == len(signs) >= 2


def test_the_leap_year_case_runs_on_its_own_calendar():
    leap = labs.order_timeline("leap")
    lab_text = leap.spec[0]["text"]
    assert "29 February 2028 (Leap Feast)" in lab_text
    result = leap.press("orders", "order", act="preserve", provider="first", date="2028-02-24", time="11:00")
    assert stands(result)["Order ends"]["Upper Valley Telecom"] == "23 April 2028, 24:00"
    with pytest.raises(UsageError, match="lantern"):
        labs.order_timeline("gold")


def test_while_a_hand_in_is_marked_the_lab_does_nothing(monkeypatch):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    inert = labs.order_timeline()
    assert "not shown while marking" in repr(inert)
