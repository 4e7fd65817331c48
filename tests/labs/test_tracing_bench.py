"""The tracing bench: the figure, the tables and the sentences say the same, and every step works without the figure."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.labs.tracing_rows import rows_of
from hanoikit.recovery import Rule, shipped, trace_all


@pytest.fixture(scope="module")
def bench():
    return labs.tracing_bench()


def tables(result) -> list[list[list[str]]]:
    found = BeautifulSoup(result.html, "html.parser").find_all("table")
    return [
        [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in one.select("tbody tr")]
        for one in found
    ]


def test_two_thousand_nodes_become_a_figure_that_stays_small(bench):
    for books in ("books", "chain"):
        result = bench.press("follow", "change", books=books, lawful="yes", rule="poison")
        assert result.ok
        picture = result.pictures[0].as_dict()
        assert len(picture["layout"]["yaxis"]["ticktext"]) <= 22
        assert len(json.dumps(picture)) < 60_000
        assert "stolen value lies with" in picture["alt"]


def test_every_row_and_crossing_of_the_figure_is_in_its_place():
    case = shipped()
    for books in (True, False):
        traces = trace_all(case.flow(books=books), sources=case.stolen(books=books))
        for rule in Rule:
            drawing = rows_of(traces[rule], case, everything=True)
            names = {row.id for row in drawing.rows}
            assert all(c.start in names and c.end in names for c in (*drawing.crossings, *drawing.lawful))
            held = sum(amount for row in drawing.rows for amount in row.stolen.values())
            flow = traces[rule].flow
            assert held == sum(a for n, a in enumerate(traces[rule].amounts) if flow.spent_by[n] < 0)


def test_the_rule_changes_who_is_reached_and_the_chain_alone_reaches_lawful_customers(bench):
    said = {
        (rule.value, books): bench.press("follow", "change", rule=rule.value, books=books).say
        for rule in Rule
        for books in ("books", "chain")
    }
    assert len(set(said.values())) >= 4
    assert "94 holders" in said["poison", "chain"] and "22 holders" in said["poison", "books"]
    rows = tables(bench.press("follow", "change"))[0]
    boat = next(row for row in rows if row[0] == "Kest Boatyard")
    assert boat[1].startswith("○") and boat[3:] == ["24,000.00 XTS", "13,950.34 XTS", "13,807.83 XTS"]


def test_a_way_that_is_chosen_is_in_the_figure_and_the_same_in_the_list(bench):
    shown = bench.press("follow", "change", focus="boatyard").pictures[0].as_dict()
    told = bench.press("way", "change", holder="boatyard")
    stages = tables(told)[0]
    assert told.say == "84 steps from St Orla Hospital to Kest Boatyard."
    numbers = next(trace for trace in shown["data"] if trace.get("mode") == "markers+text")["text"]
    assert [row[0] for row in stages] == numbers
    assert shown["alt"].endswith(" → ".join(f"{row[0]} {row[1]}" for row in stages) + ".")
    assert sum(int(row[3]) for row in stages) == 84 == len(tables(told)[1])
    nothing = bench.press("way", "change", holder="boatyard", books="chain")
    assert nothing.say == "Under this rule nothing stolen lies with Kest Boatyard."


def test_the_clock_of_the_freeze_board_goes_on_with_every_act_and_the_end_tells_what_became_of_it(bench):
    bench.press("freeze", "again")
    assert bench.press("freeze", "do", what="alert", holding="lune").say.startswith("20 May 06:20")
    result = bench.press("freeze", "do", what="wait", holding="lune")
    lune = tables(result)[0][0]
    assert lune[3].endswith("held for some hours") and lune[5] == "47 h 20 min"
    bench.press("freeze", "do", what="request", holding="lune")
    result = bench.press("freeze", "change")
    assert "order expected in" in tables(result)[0][0][3]
    end = bench.press("freeze", "end")
    assert "keeps 28,148 XTS of 74,734 XTS" in end.say and "70,413 XTS" in end.html
    assert tables(end)[0][0][3].endswith("frozen") and "gone: 4" in end.pictures[0].alt
    bench.press("freeze", "undo")
    bench.press("freeze", "undo")
    assert bench.press("freeze", "undo").say.startswith("20 May 06:00")


def test_the_return_pays_out_exactly_and_a_wrong_amount_is_refused(bench):
    result = bench.press("return", "change", recovered=70_000, expenses=2_500)
    paid = [row[1] for row in tables(result)[0]]
    assert sum(round(float(cell.split()[0].replace(",", "")) * 100) for cell in paid) == 7_000_000
    assert not bench.press("return", "change", recovered="much").ok
    assert not bench.press("follow", "change", rule="guess").ok
