"""Scenario, scripted desks and clock on the service; a restart in the middle changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hanoikit.network import seal
from hanoikit.network.scenario import Scenario


def kinds(client: Any) -> list[str]:
    return [event.message.kind if event.message else event.kind for event in client.events()]


def test_the_story_comes_in_on_its_clock_scripted_desks_answer_and_a_restart_repeats_nothing(
    start: Any, make_request: Any, wait_until: Any, tmp_path: Any
) -> None:
    running = start("--scenario", "first-night")
    scenario = Scenario.named("first-night")
    with running.client("XA") as desk, running.http("facilitator") as room:
        assert set(running.tokens) == {"XA", "facilitator", "observer"}
        assert not desk.me()["clock"]["running"] and kinds(desk) == []
        room.post("/api/clock", json={"act": "resume"})
        wait_until(lambda: kinds(desk) == ["announced"])
        story = scenario.begins + timedelta(minutes=95)
        assert room.post("/api/clock", json={"act": "set", "story": story.isoformat()}).status_code == 200
        wait_until(lambda: "rejected" in kinds(desk))
        assert kinds(desk) == [
            "announced",
            "preservation-request",
            "locate-suspect",
            "emergency-data",
            "rejected",
        ]
        refused = next(event for event in desk.events() if event.kind == "rejected")
        assert [one["code"] for one in refused.data["findings"]] == ["forged"]
        desk.enrol(tmp_path / "keys")
        request = make_request("XA", "XC", at=desk.now(), reference="XA-2026-0417")
        desk.post(seal(request, desk.identity))
        early = room.post("/api/injects", json={"id": "moving-money"})
        assert early.status_code == 201
        assert room.post("/api/injects", json={"id": "moving-money"}).status_code == 400
        before = kinds(desk)
        running.kill()
        running.start()
        assert kinds(desk)[: len(before)] == before
        later = (scenario.begins + timedelta(hours=9)).isoformat()
        assert room.post("/api/clock", json={"act": "set", "story": later}).status_code == 200
        wait_until(lambda: "confirmed" in kinds(desk))
        wait_until(lambda: all(one["done"] for one in room.get("/api/overview").json()["injects"]))
        found = kinds(desk)
        assert found.count("announced") == 1 and found.count("asset-alert") == 1
        assert found.count("confirmed") == 1 and found.count("rejected") == 1
        assert desk.desk().case_of(request.id).status.value == "kept"


def test_the_clock_can_be_paused_hastened_and_never_set_back(start: Any) -> None:
    running = start()
    with running.http("facilitator") as room:
        assert room.post("/api/clock", json={"act": "pause"}).json()["running"] is False
        first, second = (room.get("/api/clock").json()["story"] for _time in range(2))
        assert first == second
        assert room.post("/api/clock", json={"act": "speed", "speed": 36000}).json()["speed"] == 3600
        assert room.post("/api/clock", json={"act": "speed", "speed": 36001}).status_code == 400
        for story in (
            "2020-01-01T00:00:00+00:00",
            "2020-01-01T00:00:00",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "2099-01-01T00:00:00Z",
            "tomorrow",
        ):
            assert room.post("/api/clock", json={"act": "set", "story": story}).status_code == 400, story
        assert room.post("/api/clock", json={"act": "resume"}).json()["running"] is True
