"""Four teams over the real service: the story's clock, the record, the scores."""

import io
import zipfile
from datetime import timedelta

import pytest

from hanoikit.capstone import read, score
from hanoikit.errors import NetworkError, ScenarioInvalid, UsageError
from tests.capstone import room as rooms


def altered(bundle, name, change):
    """The record with one file changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(out, "w") as target:
        for one in source.namelist():
            data = source.read(one)
            made = change(data) if one == name else data
            assert one != name or made != data, name
            target.writestr(one, made)
    return out.getvalue()


ALTERATIONS = {
    "messages.jsonl": lambda data: data.replace(b"40(22)", b"40(23)", 1),
    "log.jsonl": lambda data: b"\n".join(data.split(b"\n")[:-3]) + b"\n",
    "events/XA.jsonl": lambda data: data.replace(b"refuse; facts 5", b"refuse; facts 1", 1),
    "manifest.json": lambda data: data.replace(b"short run", b"other run", 1),
    "manifest.sig": lambda data: data[2:] + data[:2],
}


def test_four_teams_that_do_everything_right_earn_everything(bundle):
    record = read(bundle)
    found = score(record)
    assert record.live and record.teams == ("XA", "XB", "XC", "XD")
    assert found.share == 1 and all(one.asked for one in found.elements)
    assert {team: found.team(team).share for team in record.teams} == dict.fromkeys(record.teams, 1)


def test_the_clock_left_out_what_the_story_leaves_out_and_said_so_in_the_log(bundle):
    events = [line["record"]["event"] for line in rooms.lines_of(bundle, "log.jsonl")[1:]]
    assert events.count("jumped") == 3
    record = read(bundle)
    begins = record.scenario.begins
    gaps = [(begins + at, begins + to) for at, to in record.scenario.jumps]
    late = timedelta(minutes=31)
    assert not [one for one in record.sent if any(at + late < one.at < to for at, to in gaps)]


def test_four_teams_that_do_much_wrong_earn_little(poor_bundle):
    found = score(read(poor_bundle))
    assert found.share < 0.25
    assert all(found.team(team).share < 0.3 for team in ("XA", "XB", "XC", "XD"))
    assert not found.element("xc-keep").asked  # nobody asked Corvessa for anything


@pytest.mark.parametrize("name", ALTERATIONS)
def test_a_record_that_was_altered_is_refused(bundle, tmp_path, name):
    place = tmp_path / "record.zip"
    place.write_bytes(altered(bundle, name, ALTERATIONS[name]))
    with pytest.raises(NetworkError):
        read(place)


def test_what_is_no_record_of_this_case_is_named(tmp_path):
    place = tmp_path / "nothing.zip"
    with pytest.raises(UsageError):
        read(place)
    with (
        rooms.Room(tmp_path, "first-night") as room,
        pytest.raises(ScenarioInvalid, match="another exercise"),
    ):
        read(room.record(tmp_path / "other.zip"))


def test_papers_lie_on_the_desk_when_the_story_needs_them_and_on_no_other(tmp_path):
    with rooms.Room(tmp_path) as room:
        room.to(timedelta(minutes=5))
        assert [one["id"] for one in room.view("XA")["papers"]] == ["paper-log"]
        room.to(timedelta(minutes=30))
        papers = {one["id"]: one for one in room.view("XA")["papers"]}
        assert set(papers) == {"paper-log", "paper-freeze-1", "paper-freeze-2"}
        assert room.view("XB")["papers"] == []
        room.send("XA", papers["paper-freeze-1"]["draft"])
        (case,) = (one for one in room.view("XD")["cases"] if one["other"] == "XA")
        remarks = [one["code"] for one in case["entries"][0]["remarks"] if one["severity"] == "error"]
        assert "channel-network" in remarks and "above-limit" in remarks
        digest = case["entries"][0]["body"]["digest"]
        assert len(digest) == 64
        room.send("XA", papers["paper-freeze-2"]["draft"])
        sound = next(
            entry
            for case in room.view("XD")["cases"]
            for entry in case["entries"]
            if "120,000" in entry["body"].get("title", "")
        )
        assert sound["checked"] and not [one for one in sound["remarks"] if one["severity"] == "error"]


def test_a_content_that_does_not_fit_its_hash_is_seen_on_the_desk(bundle):
    record = read(bundle)
    desk = record.desks["XA"]
    spoilt, sound = (
        record.by_id[record.injects[name]].message for name in ("altered-package", "good-package")
    )
    assert "digest-differs" in {one.code for one in desk.remarks(spoilt)}
    assert "digest-differs" not in {one.code for one in desk.remarks(sound)}
