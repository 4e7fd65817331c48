"""The status explorer and the calculator: dated facts, a map that fetches nothing, numbers that agree everywhere."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.convention import status as room
from hanoikit.labs import world_map
from hanoikit.labs.status_panel import Explorer
from hanoikit.labs.world_map import Group, project, shapes

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANOIKIT_DATA", str(tmp_path / "user-data"))


@pytest.fixture(scope="module")
def explorer():
    return labs.status_explorer(room.shipped(), today=TODAY)


@pytest.fixture(scope="module")
def calculator():
    return labs.entry_into_force(room.shipped())


def rows(result, caption: str) -> list[list[str]]:
    found = BeautifulSoup(result.html, "html.parser")
    for table in found.find_all("table"):
        if caption in table.caption.get_text():
            return [
                [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")
            ]
    raise AssertionError(f"no table {caption!r}")


def all_results(shown) -> list:
    return [step.result for step in shown._steps.values()]


def test_both_labs_show_something_at_once_and_every_figure_has_sentence_and_table(explorer, calculator):
    for result in (*all_results(explorer), *all_results(calculator)):
        assert result.ok and result.say
        assert "<table>" in result.html
        for picture in result.pictures:
            assert len(picture.alt) > 20


def test_every_figure_is_one_that_plotly_accepts(explorer, calculator):
    import plotly.graph_objects as go

    pictures = [
        picture for shown in (explorer, calculator) for one in all_results(shown) for picture in one.pictures
    ]
    assert len(pictures) == 4
    for picture in pictures:
        sent = json.loads(json.dumps(picture.as_dict()))
        go.Figure(data=sent["data"], layout=sent["layout"])


def test_day_one_is_a_range_and_the_close_is_seventy_two(explorer):
    first = explorer.press("day", "change", day="2025-10-25")
    assert first.say == "On 25 October 2025: 62 to 69 signatures, 0 instruments."
    assert "no exact day" in first.html
    close = explorer.press("day", "change", day="2025-10-26")
    assert close.say == "On 26 October 2025: 72 signatures, 0 instruments."
    assert "71 States and the European Union" in close.html
    about = explorer.press("about", "change")
    published = {(row[0], row[1]) for row in rows(about, "Numbers that were published")}
    assert {("25 October 2025", "65"), ("26 October 2025", "72")} <= published


def test_map_and_table_show_the_same_numbers_for_every_region(explorer):
    for region in ("", *room.REGIONS):
        result = explorer.press("day", "change", day="2026-06-01", region=region)
        counted = {row[0]: int(row[1]) for row in rows(result, "The selection")}
        (picture,) = result.pictures
        said = dict(re.findall(r"(?:^|[.;] )([a-z][^:;.]*): (\d+)", picture.alt))
        for word, n in counted.items():
            assert int(said[word]) == n
        names = room.names().values()
        assert sum(counted.values()) == sum(not region or one.region == region for one in names)


def test_the_filters_leave_only_what_was_asked_for(explorer):
    result = explorer.press("day", "change", day="2026-06-01", region="Asia", standing="ratified")
    ((standing, n, who),) = rows(result, "The selection")
    assert (standing, n) == ("ratified, as reported", "3")
    assert who == "Azerbaijan, Qatar, Viet Nam"


def test_what_may_be_out_of_date_is_said_beside_the_number(explorer):
    assert "complete up to 1 March 2026" in explorer.press("day", "change", day="2026-11-22").html
    assert "not come yet" in explorer.press("day", "change", day="2030-01-01").html
    assert "not open for signature" in explorer.press("day", "change", day="2025-10-24").html
    assert "266 days old" in explorer.press("about", "change").html


def test_fresh_data_have_no_warning():
    table = room.shipped()
    fresh = labs.status_explorer(table, today=table.as_of)
    assert "days old" not in fresh.press("about", "change").html


@pytest.mark.parametrize("day", ["", "yesterday", "26.10.2025", "2025-02-30"])
def test_a_day_that_is_none_is_refused_with_an_example(explorer, day):
    result = explorer.press("day", "change", day=day)
    assert not result.ok and "2025-10-26" in result.html


def test_an_unknown_region_is_refused(explorer):
    assert not explorer.press("day", "change", region="Atlantis").ok


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("viet", {"Viet Nam"}),
        ("VN", {"Viet Nam"}),
        ("vietnam", {"Viet Nam"}),
        ("korea", {"KP", "KR"}),
        ("zzz", set()),
    ],
)
def test_the_search_finds_by_name_code_and_other_spelling(explorer, search, names):
    result = explorer.press("list", "change", search=search)
    if not names:
        assert "Nobody fits" in result.html
        return
    found = rows(result, "Status by name")
    assert {row[0] for row in found} == names or {row[1] for row in found} == names


def test_a_line_says_source_and_note_and_a_reservation_is_shown(explorer):
    result = explorer.press("list", "change", search="Qatar")
    ((name, code, standing, signed, instrument, source),) = rows(result, "Status by name")
    assert (name, code, standing, signed) == ("Qatar", "QA", "ratified, as reported", "25 October 2025")
    assert "was not seen" in instrument and "C-S6" in source
    assert [row[3] for row in rows(result, "Reservations")] == ["14, 15, 16", "63"]
    ((*_rest, nothing),) = rows(explorer.press("list", "change", search="Switzerland"), "Status by name")
    assert nothing == "no line in the sources that were read"


def test_the_line_over_time_ends_where_the_table_ends(explorer):
    result = explorer.press("line", "change")
    last = rows(result, "Each day")[-1]
    signed = [one for one in room.shipped().participants if one.signed]
    assert last[1:] == [str(len(signed)), "3"]
    signatures = result.pictures[0].data[0]
    assert signatures["y"][-1] == len(signed)


def test_a_search_text_that_looks_like_markup_is_escaped(explorer):
    assert "<script" not in explorer.press("list", "change", search="<script>").html


# the map


def test_groups_are_told_apart_by_pattern_and_mark_without_any_colour():
    groups = [
        Group("signed", ("AT", "MT"), "#fff", "/", "circle"),
        Group("ratified", ("VN", "MV"), "#fff", "x", "square"),
    ]
    picture = world_map.world_map(groups, alt="Two groups.")
    fills = [trace for trace in picture.data if trace.get("showlegend")]
    assert [trace["fillpattern"]["shape"] for trace in fills] == ["/", "x"]
    marks = [trace["marker"]["symbol"] for trace in picture.data if trace["mode"] == "markers"]
    assert marks == ["circle", "square"]


def test_the_patterns_and_marks_of_the_standings_are_all_different():
    from hanoikit.labs.status_figures import LOOKS

    assert len({pattern for _colour, pattern, _symbol in LOOKS.values()}) == len(room.STANDINGS)
    assert len({symbol for _colour, _pattern, symbol in LOOKS.values()}) == len(room.STANDINGS)


def test_no_trace_of_the_map_fetches_anything_and_the_message_stays_small(explorer):
    result = explorer.press("day", "change", day="2026-06-01")
    text = json.dumps([picture.as_dict() for picture in result.pictures])
    assert "http" not in text and "geo" not in text
    assert len(text) < 150_000


def test_the_note_about_boundaries_stands_under_every_map(explorer):
    assert "imply no opinion" in explorer.press("day", "change").html


def test_the_projection_keeps_areas_true_and_the_equator_in_degrees():
    assert project(180, 0) == (pytest.approx(180), 0)
    assert project(0, 0) == (0, 0)

    def size(south: float, north: float) -> float:
        steps = 400
        height = (north - south) / steps
        total = 0.0
        for n in range(steps):
            low, high = south + n * height, south + (n + 1) * height
            wide = (project(10, low)[0] + project(10, high)[0]) / 2
            total += wide * (project(0, high)[1] - project(0, low)[1])
        return total

    from math import radians, sin

    for south, north in ((0, 10), (40, 50), (60, 75)):
        true = sin(radians(north)) - sin(radians(south))
        assert size(south, north) / true == pytest.approx(size(0, 10) / sin(radians(10)), rel=2e-3)


def test_every_shape_is_inside_the_frame_of_the_world():
    world = shapes()
    assert all(abs(x) < 200 and abs(y) < 95 for rings in world.rings.values() for ring in rings for x, y in
               zip(ring[::2], ring[1::2], strict=True))  # fmt: skip


def test_everybody_in_a_selection_is_either_drawn_or_an_organisation():
    table = room.shipped()
    chosen = Explorer(table, TODAY)._chosen(TODAY, "", "")
    missing = {code for code in chosen if code not in shapes().middles}
    assert missing == {"EU"}


# the calculator


def test_the_calculator_gives_the_dates_of_the_story_card(calculator):
    for later, theirs in (("2026-02-01", "3 March 2026"), ("2026-02-24", "26 March 2026")):
        result = calculator.press("days", "change", fortieth="2025-12-02", later=later)
        assert result.say == f"In force on 2 March 2026; for the other State on {theirs}."


def test_the_calendar_adds_up_to_ninety(calculator):
    result = calculator.press("days", "change", fortieth="2027-12-03", later="2027-12-01")
    counted = rows(result, "Counting")
    assert [(row[0], row[1]) for row in counted] == [
        ("3 December 2027", "0"), ("31 December 2027", "28"), ("31 January 2028", "59"),
        ("29 February 2028", "88"), ("2 March 2028", "90"),
    ]  # fmt: skip
    assert "before or on the day of the fortieth" in result.html


@pytest.mark.parametrize(
    ("states", "organisations", "said"),
    [
        ("36", "3", "36 count toward the forty. 4 instruments are still missing."),
        ("39", "5", "39 count toward the forty. 1 instrument is still missing."),
        ("40", "0", "40 count toward the forty. The forty are reached."),
    ],
)
def test_organisations_are_deposited_but_not_counted(calculator, states, organisations, said):
    result = calculator.press("who", "change", states=states, organisations=organisations)
    assert result.say.endswith(said)


def test_the_what_if_names_the_kind_of_every_number_and_calls_itself_no_prediction(calculator):
    for basis in ("history", "chosen"):
        result = calculator.press("if", "change", basis=basis, pace="30")
        assert "no prediction" in result.say
        assert {row[2] for row in rows(result, "Where every number")} <= {"sourced", "derived", "assumed"}
        assert len(rows(result, "The dates")) == 2


def test_the_same_question_gets_the_same_answer(calculator):
    one = calculator.press("if", "change", basis="history")
    assert calculator.press("if", "change", basis="history").html == one.html


def test_a_year_at_the_end_of_time_is_refused(calculator):
    assert not calculator.press("days", "change", fortieth="9999-12-31").ok


def test_while_marking_the_labs_are_inert(monkeypatch):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    for lab in (labs.status_explorer, labs.entry_into_force):
        assert "not shown while marking" in repr(lab())
