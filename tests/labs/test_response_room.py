"""The hash bench and the response room: what they say, keep and never lose."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.errors import UsageError
from hanoikit.labs.response_notes import NAME
from hanoikit.victims import branching_case, branching_cases


@pytest.fixture
def room(tmp_path):
    made = labs.response_room(case=["shared-once", "second-question"], into=tmp_path / "work")
    made.press("case", "open")
    return made


def cells(html: str) -> dict[str, list[str]]:
    rows = BeautifulSoup(html, "html.parser").find("table").select("tbody tr")
    return {row.th.get_text(): [cell.get_text() for cell in row.find_all("td")] for row in rows}


def buttons(room) -> list[str]:
    return [button["id"] for button in room.spec[3]["buttons"]]


def test_the_bench_says_shows_and_tabulates_each_distance():
    bench = labs.hash_bench()
    shown = bench.press("change", "change", drawing="3", alteration="mirror")
    assert shown.say.startswith("Mirrored") and shown.say.endswith("The list does not find it.")
    rows = cells(shown.html)
    assert len(rows) == 11 and rows["exact copy"] == ["0", "found"]
    bits = int(rows["mirrored, left and right exchanged"][0])
    assert bits > 100 and bits in shown.pictures[0].data[0]["x"]
    assert "mirrored" in shown.pictures[0].alt.split("Missed:")[1]
    every = bench.press("change", "change", drawing="3", alteration="mirror", placements=["all"])
    assert every.say.endswith("The list finds it.")
    images = BeautifulSoup(shown.html, "html.parser").find_all("img")
    assert len(images) == 2 and all(one["alt"] for one in images)
    assert len(json.dumps(bench.results)) < 150_000


def test_the_platform_shows_what_a_threshold_costs_and_what_the_guard_saves():
    bench = labs.hash_bench()
    usual = cells(bench.press("platform", "change", alteration="resize", threshold=31).html)
    assert usual["31"][0] == "30" and usual["31"][1] == "0" and usual["31"][3] == "0"
    bare = cells(bench.press("platform", "change", alteration="resize", threshold=31, quality=[]).html)
    assert int(bare["31"][3]) > 0
    wide = cells(bench.press("platform", "change", alteration="resize", threshold=130).html)
    assert int(wide["120"][1]) > int(wide["31"][1])
    assert cells(bench.press("platform", "change", alteration="mirror", threshold=31).html)["31"][0] == "0"


def test_the_route_and_the_partners_change_with_what_is_known(room):
    assert room.press("route", "change", age="unknown").say == "Child protection, at once"
    assert room.press("route", "change", age="adult", consent="shared-once").say.startswith("Article 16")
    said = {
        (made, harm): room.press("partner", "change", **{"made-by": made, "harm": harm}).say
        for made in ("recording", "synthetic")
        for harm in ("unknown", "yes")
    }
    assert said["recording", "unknown"] == "An offence in 3 of 5 States."
    assert said["recording", "yes"] == "An offence in 4 of 5 States."
    assert said["synthetic", "yes"] == "An offence in 2 of 5 States."


def test_a_content_note_stands_before_every_case_and_every_scene_can_be_left(room):
    assert branching_case("shared-once").content_note in room.results["case"]["html"]
    for name in ("shared-once", "second-question"):
        case = branching_case(name)
        room.press("case", "open", case=name)
        for choice in case.model:
            assert "step-out" in buttons(room)
            out = room.press("scene", "step-out")
            assert out.say == "You have stepped out. Everything is kept."
            assert buttons(room) == ["come-back-in"]
            page = json.dumps(room.spec[3]) + room.results["scene"]["html"]
            assert not any(scene.text in page for scene in case.scenes.values())
            assert not room.press("scene", choice).ok
            room.press("scene", "come-back-in")
            assert room.press("scene", choice).ok
        assert "step-out" in buttons(room)
        assert "All" in room.results["scene"]["html"] and "✕ " not in cells(room.results["scene"]["html"])


def test_each_act_is_on_the_disk_at_once_and_the_cell_run_again_stands_there(room, tmp_path):
    for number, choice in enumerate(("sit-down", "ask-safety", "ask-age"), 1):
        room.press("scene", choice)
        kept = json.loads((tmp_path / "work" / NAME).read_text(encoding="utf-8"))
        assert len(kept["walks"]["shared-once"]) == number
    room.press("scene", "step-out")
    again = labs.response_room(case=["shared-once", "second-question"], into=tmp_path / "work")
    assert buttons(again) == ["come-back-in"]
    again.press("scene", "come-back-in")
    assert "ask-age" not in buttons(again) and "ask-wishes" in buttons(again)
    again.press("scene", "begin-again")
    assert buttons(again)[0] == "sit-down"


def test_damaged_notes_are_laid_aside_and_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / NAME).write_text("{", encoding="utf-8")
    room = labs.response_room(case="second-question", into=tmp_path)
    room.press("case", "open")
    assert buttons(room)[0] == "slowly" and list(tmp_path.glob("*unreadable*"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    room = labs.response_room(case="second-question", into=tmp_path / "file")
    room.press("case", "open")
    assert "not kept" in room.press("scene", "slowly").html


def test_no_scene_is_shown_before_its_note_was_read_and_the_case_opened(tmp_path):
    room = labs.response_room(case=["shared-once", "second-question"], into=tmp_path)
    assert buttons(room) == [] and not room.press("scene", "sit-down").ok
    note = branching_case("second-question").content_note
    assert note in room.press("case", "change", case="second-question").html
    assert "Aster" not in json.dumps(room.spec) and not (tmp_path / NAME).exists()
    room.press("case", "open", case="second-question")
    assert "Aster" in json.dumps(room.spec[3])
    room.press("case", "change", case="shared-once")
    assert "Aster" not in json.dumps(room.spec[3]) and buttons(room) == []


def test_waiting_ends_badly_and_is_named(room):
    room.press("scene", "come-back")
    html = room.results["scene"]["html"]
    assert "Nobody is left waiting" in html and "A grave one is broken" in html


def test_a_case_that_there_is_not_is_refused_and_all_are_open_without_a_name(tmp_path):
    with pytest.raises(UsageError):
        labs.response_room(case="nowhere", into=tmp_path)
    every = labs.response_room(into=tmp_path)
    assert len(every.spec[2]["fields"][0]["options"]) == len(branching_cases()) == 3
