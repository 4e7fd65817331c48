"""The staffing simulation as a lab: figures, tables and sources say the same."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.labs.simulation_panel import SLIDERS
from hanoikit.network import simulation

SMALL = {"requests_per_year": "2000"}


@pytest.fixture(scope="module")
def lab():
    return labs.staffing()


def test_the_year_is_there_before_anything_is_moved(lab):
    assert "The data still exist in" in lab.results["year"]["html"]
    assert len(lab.results["year"]["pictures"]) == 4


def test_every_parameter_stands_with_its_status_and_source(lab):
    rows = BeautifulSoup(lab.results["sources"]["html"], "html.parser").select("tbody tr")
    words = {one: simulation.status_word(one) for one in ("sourced", "derived", "assumed")}
    shown = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]
    expected = [(one.name, words[one.status], one.source or "none") for one in simulation.parameters()]
    assert [(row[0], row[2], row[3]) for row in shown] == expected


def test_every_slider_says_how_far_its_figure_can_be_trusted(lab):
    labels = {one["name"]: one["label"] for one in lab.spec[0]["fields"]}
    for name in SLIDERS:
        assert f"({simulation.parameter(name).status})" in labels[name]


def test_a_figure_has_its_sentence_and_its_table(lab):
    result = lab.press("year", "change", **SMALL)
    for picture in result.pictures:
        assert len(picture.alt) > 40
        json.dumps(picture.as_dict(), allow_nan=False)
    tables = BeautifulSoup(result.html, "html.parser").find_all("table")
    assert len(tables) == 5
    for drawn, shown in zip(result.pictures, tables[1:], strict=True):
        assert drawn.layout["title"]["text"] == shown.caption.get_text()


def test_series_can_be_told_apart_without_colour(lab):
    for picture in lab.press("year", "change", **SMALL).pictures:
        signs = [
            (
                trace.get("line", {}).get("dash"),
                trace["marker"].get("symbol"),
                str(trace["marker"].get("pattern")),
            )
            for trace in picture.data
        ]
        assert len(set(signs)) == len(signs)


def test_one_officer_loses_what_a_full_desk_keeps(lab):
    full = lab.press("year", "change", staffing="round-the-clock").say
    one = lab.press("year", "change", staffing="one-officer").say
    share = [float(said.split(" %")[0].rsplit(" ", 1)[1]) for said in (full, one)]
    assert share[0] > share[1] + 20


def test_the_same_sliders_give_the_same_year_until_another_is_asked_for(lab):
    first = lab.press("year", "change", **SMALL).html
    assert lab.press("year", "change", **SMALL).html == first
    assert lab.press("year", "reset", **SMALL).html != first


def test_a_value_that_is_no_number_is_refused_in_words(lab):
    result = lab.press("year", "change", retention_days="many")
    assert not result.ok and "no number" in result.html


def test_while_marking_nothing_is_shown(monkeypatch):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    assert "not shown while marking" in repr(labs.staffing())
