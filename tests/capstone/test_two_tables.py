"""Two teams and their facilitator in three browsers: how the short run begins, by the controls that people use."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from hanoikit.capstone import read, score
from hanoikit.exercise.sheet import Sheet
from tests.capstone.test_own_carried import FREEZE
from tests.workday.whole_case import Service, Tables, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_teams_play_the_first_hours_in_their_browsers(tmp_path):
    own = tmp_path / "m08-money"
    own.mkdir()
    Sheet.in_folder(own, assignment="m08-money").append("m08-q6", FREEZE)
    with (
        Service(tmp_path / "exercise.sqlite") as service,
        Tables(service.url, service.tokens, None) as room,
    ):
        for name in ("facilitator", "XA", "XC"):
            room.sit_down(name)
        xa, xc = room["XA"], room["XC"]
        expect(xa.page.locator("#hk-standing")).to_contain_text("has not begun")
        room.happens("task-log")
        xa.paper("log")
        expect(xa.part("papers")).to_contain_text("Sent:")
        xc.open("Preservation request")
        xc.page.locator("#hk-note-order").click()
        xc.begin("confirmed", {"done": "Lune Hosting keeps it.", "until": "2027-03-15T12:00"})
        xc.page.reload()
        expect(xc.page.locator("#hk-el-done")).to_have_value("Lune Hosting keeps it.")
        xc.press_send()
        expect(xa.part("cases")).to_contain_text("data are kept")
        # The same paper again, as a second person of the team would press it.
        xa.page.locator("#hk-paper-paper-log").click()
        xa.press_send()
        expect(xa.says).to_contain_text("Nothing went twice")
        # A request for freezing that the team made in module 8.
        xa.page.locator("#hk-own-part > summary").click()
        xa.page.locator("#hk-own").set_input_files(own / "answers.jsonl")
        xa.page.locator("#hk-paper-own-m08").click()
        xa.page.locator("#hk-attached").click()
        expect(xa.page.locator("#hk-attached-says")).to_contain_text("the document holds")
        xa.press_send()
        room.happens("mayor")
        xa.open("The mayor")
        xa.decide("grant", ("2", "4"), "40(1)", "A fraud like any other.")
        xa.answer("confirmed", {"done": "The movements of the account."})
        room.clock(run=True)
        expect(xa.page.locator("#hk-standing")).to_be_hidden()
        room.next_part()
        assert room.errors == []
        record = read(room.record(tmp_path / "exercise.zip"))
    found = score(record)
    assert found.element("preserve").share == found.element("xc-keep").share == 1
    assert found.element("rightful").share == 1
    assert [test.met for test in found.element("freeze").tests][:3] == [True, True, True]
    assert len(record.skipped) == 1
