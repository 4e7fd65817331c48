"""The trainee's desk: the panel, the log behind it, restarts, and how a watch is marked from its log."""

from __future__ import annotations

import importlib.util
import json
from datetime import timedelta
from pathlib import Path

import pytest

from hanoikit import labs
from hanoikit.errors import ArtefactUnreadable, UsageError
from hanoikit.labs.desk_form import local
from hanoikit.network import Acknowledgement, Refused
from hanoikit.network.handed_in import DeskCheck
from hanoikit.network.marking import ELEMENTS, CaseTruth
from hanoikit.network.scenario import Expected, Scenario
from hanoikit.network.trainee_desk import WRITING, TraineeDesk

NIGHT = Scenario.named("lantern-night")
FEAST = Scenario.named("water-feast")

REQUEST = {
    "what": "preservation-request:",
    "to": "XC",
    "urgency": "urgent",
    "reference": "XA-2026-9639",
    "lines": "1",
    "authority": "Aldermark Police, Cyber Unit, Fjordholm",
    "scope": "convention-offence",
    "articles": "10",
    "offence": "Obstruction of a system, section 204",
    "facts": "A clerk of St Orla Hospital typed her password into a false page on 28 March. A program locked the data.",
    "data.1.category": "traffic",
    "data.1.description": "Web log of the page",
    "data.1.identifier": "faktura-desk.clearbill.example",
    "data.1.since": "2026-03-28 12:00",
    "data.1.until": "2026-03-29 12:00",
    "link": "The lure led to this page, which took the password.",
    "custodian": "Lune Hosting, Porto Lune",
    "location": "Porto Lune, Corvessa",
    "necessity": "Lune Hosting deletes its web logs after four days; the first lines go on 1 April.",
    "vanishes": "2026-04-01 15:00",
    "assistance_intended": ["yes"],
    "assistance_expected": "2026-05-20 12:00",
    "secrecy": "confidential-no-notice",
    "secrecy_reason": "The customer of the server would delete it.",
}  # fmt: skip

TRUTH = CaseTruth.from_json(
    {
        "desks": ["XC"],
        "articles": ["7", "9", "10"],
        "custodians": ["Lune Hosting"],
        "sent_by": "2026-03-30T21:30:00+03:00",
        "vanishes": "2026-04-01T15:00:00+03:00",
        "secrecy": ["confidential-no-notice"],
        "needless": ["content"],
        "data": [
            {
                "categories": ["traffic"],
                "identifiers": ["faktura-desk.clearbill.example"],
                "since": "2026-03-28T12:00:00+02:00",
                "until": "2026-03-29T12:00:00+03:00",
            }
        ],
    }
)


def desk_in(folder: Path, **options):
    return labs.desk(into=folder, sync=False, **options)


def typed(desk, **changes):
    """The composer's values for the draft that is open now."""
    prefix = desk.spec[3]["fields"][0]["name"].partition(".")[0]
    return {f"{prefix}.{name}": value for name, value in {**REQUEST, **changes}.items()}


def fields_of(desk, step):
    return next(one for one in desk.spec if one["id"] == step)["fields"]


def message_named(desk, reference):
    return next(entry.message for entry in desk.room.desk.inbox if entry.message.reference == reference)


# the clock and the inbox


def test_the_desk_shows_its_orders_and_the_clocks_of_the_world_at_once(tmp_path):
    shown = desk_in(tmp_path).results["clock"]["html"]
    assert "You have the Aldermark desk tonight" in shown
    assert "Tue 2026-03-31 00:00" in shown  # Porto Lune, while it is 20:00 in Fjordholm
    assert "opens Tue 2026-03-31 08:30" in shown


def test_the_clock_moves_only_by_the_buttons(tmp_path):
    desk = desk_in(tmp_path)
    begins = desk.room.now
    desk.press("clock", "hour")
    assert desk.room.now == begins + timedelta(hours=1)
    desk.press("clock", "change")
    assert desk.room.now == begins + timedelta(hours=1)
    desk.press("clock", "day")
    assert desk.room.now == begins + timedelta(hours=25)


def test_the_next_event_is_one_that_this_desk_notices(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "next")
    assert [entry.message.reference for entry in desk.room.desk.inbox] == []  # the second task, in words
    desk.press("clock", "next")
    assert [entry.message.reference for entry in desk.room.desk.inbox] == ["XC-2026-0093"]


def test_a_forged_message_is_named_and_never_reaches_the_inbox(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    assert "a message that says it comes from XD" in desk.results["clock"]["html"]
    assert all(entry.message.reference != "XD-2026-0552" for entry in desk.room.desk.inbox)


def test_timers_warn_of_an_emergency_and_of_what_vanishes(tmp_path):
    desk = desk_in(tmp_path)
    result = desk.press("clock", "hour")
    assert "emergency unanswered" in result.html and "data vanish" in result.html
    assert "Timers that need you: 1" in result.say
    (picture,) = result.pictures
    assert "data vanish of XA-2026-0001" in picture.alt


def test_the_order_of_work_is_compared_with_the_rule_of_the_house(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    first = message_named(desk, "XD-2026-0551").id
    second = message_named(desk, "XB-2026-0208").id
    result = desk.press("inbox", "sort", place0=first, place1=second, reason="It is marked urgent")
    assert "takes “XB: Emergency data · XB-2026-0208” before “XD: Locating a suspect" in result.html
    result = desk.press("inbox", "sort", place0=second, place1=first, reason="A life")
    assert "That is the order of the house's rule" in result.say


def test_an_order_without_reason_or_with_one_message_twice_is_not_taken(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    one = message_named(desk, "XB-2026-0208").id
    assert not desk.press("inbox", "sort", place0=one, place1=one, reason="A life").ok
    assert not desk.press("inbox", "sort", place0=one, reason=" ").ok
    assert desk.room.sorted == []


def test_without_a_coach_the_desk_gives_no_verdict_on_the_order_and_no_look_back(tmp_path):
    desk = desk_in(tmp_path, scenario="water-feast", coach=False)
    desk.press("clock", "hour")
    one = message_named(desk, "XD-2026-0604").id
    result = desk.press("inbox", "sort", place0=one, reason="It is marked as an emergency")
    assert "rule" not in result.html
    assert [step["id"] for step in desk.spec] == ["clock", "inbox", "read", "compose", "note", "file"]


def test_an_opened_message_shows_its_elements_with_provisions_and_is_read(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    result = desk.press("read", "open", message=message_named(desk, "XC-2026-0093").id)
    assert "42(3)(c)" in result.html and "accounts@havnmail.example" in result.html
    assert "finds nothing missing" in result.html
    assert "XC-2026-0093" not in [entry.message.reference for entry in desk.room.desk.unread]


# the composer


def test_an_empty_request_lists_every_gap_with_its_provision(tmp_path):
    shown = desk_in(tmp_path).results["compose"]["html"]
    for provision in ("42(3)(a)", "42(3)(b)", "42(3)(c)", "42(3)(e)", "42(3)(f)", "42(3)(g)"):
        assert provision in shown
    assert "Choose the desk" in shown


def test_the_list_of_gaps_gets_shorter_while_one_types(tmp_path):
    desk = desk_in(tmp_path)
    before = desk.press("compose", "change", **typed(desk, facts=""))
    assert "Missing or wrong: 1" in before.say and "Facts in short" in before.html
    after = desk.press("compose", "change", **typed(desk))
    assert "Nothing is missing" in after.html


def test_typing_does_not_make_the_form_anew(tmp_path):
    desk = desk_in(tmp_path)
    spec = json.dumps(fields_of(desk, "compose"))
    desk.press("compose", "change", **typed(desk))
    assert json.dumps(fields_of(desk, "compose")) == spec


def test_another_kind_has_other_fields(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "change", **{"d1.what": "emergency-data:"})
    names = [one["name"] for one in fields_of(desk, "compose")]
    assert "d1.danger" in names and "d1.secrecy" not in names


def test_more_lines_of_data_can_be_asked_for(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "change", **typed(desk, lines="2"))
    assert "d1.data.2.identifier" in [one["name"] for one in fields_of(desk, "compose")]


def test_a_time_that_cannot_be_read_is_said_and_nothing_is_sent(tmp_path):
    desk = desk_in(tmp_path)
    result = desk.press("compose", "send", **typed(desk, vanishes="1 April"))
    assert not result.ok and "“1 April” is no time" in result.html
    assert desk.room.desk.outbox == []


def test_a_local_time_that_the_clock_jumped_over_is_no_time():
    assert local("2026-03-29 02:30", "Europe/Helsinki").isoformat() == "2026-03-29T02:30:00+02:00"
    with pytest.raises(ValueError, match="jumped"):
        local("2026-03-29 03:30", "Europe/Helsinki")


def test_an_incomplete_request_is_held_back_unless_the_trainee_insists(tmp_path):
    desk = desk_in(tmp_path)
    assert not desk.press("compose", "send", **typed(desk, link="")).ok
    assert desk.press("compose", "insist", **typed(desk, link="")).ok
    assert [entry.message.recipient for entry in desk.room.desk.outbox] == ["XC"]


def test_a_sent_request_costs_ten_minutes_and_the_other_desk_confirms_it(tmp_path):
    desk = desk_in(tmp_path)
    begins = desk.room.now
    result = desk.press("compose", "send", **typed(desk))
    assert result.ok and "Sent to XC" in result.say
    assert desk.room.now == begins + WRITING
    assert fields_of(desk, "compose")[0]["name"] == "d2.what"  # an empty form
    desk.press("clock", "hour")
    desk.press("clock", "hour")
    desk.press("clock", "hour")
    kinds = [entry.message.kind for entry in desk.room.desk.inbox if entry.message.sender == "XC"]
    assert "acknowledgement" in kinds and "confirmed" in kinds
    assert "preservation, 60 days or more" in desk.results["clock"]["html"]


def test_an_answer_is_offered_in_its_case_and_goes_to_the_desk_that_asked(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    about = message_named(desk, "XD-2026-0551")
    values = {
        "d1.what": f"refused:{about.id}",
        "d1.ground": "needs-request",
        "d1.reasons": "The network finds a person; it does not arrest one.",
        "d1.instead": "Ask for the arrest with a view to extradition.",
    }
    assert desk.press("compose", "send", **values).ok
    (entry,) = desk.room.desk.outbox
    assert (entry.message.recipient, entry.message.regarding) == ("XD", about.id)
    assert isinstance(entry.message.body, Refused)


def test_a_warning_is_decided_and_the_path_leads_to_a_third_state(tmp_path):
    desk = desk_in(tmp_path)
    log = {
        "data.1.identifier": "post@kestpost.example",
        "custodian": "Kest Post, Kest",
        "location": "Kest, Brevania",
    }
    assert desk.press("compose", "send", **typed(desk, to="XB", **log)).ok
    desk.press("clock", "hour")
    warning = next(e.message for e in desk.room.desk.inbox if e.message.kind == "preservation-warning")
    decision = {
        "what": f"decision-on-warning:{warning.id}",
        "decision": "go-ahead",
        "reasons": "The log matters more.",
    }
    assert desk.press("compose", "send", **{f"d2.{name}": value for name, value in decision.items()}).ok
    for _hour in range(5):
        desk.press("clock", "hour")
    assert "path-disclosure" in [entry.message.kind for entry in desk.room.desk.inbox]


# what is kept


def test_after_a_restart_the_desk_is_as_it_was(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "send", **typed(desk))
    desk.press("clock", "hour")
    one = message_named(desk, "XB-2026-0208").id
    desk.press("inbox", "sort", place0=one, reason="A life")
    desk.press("read", "open", message=one)
    desk.press("compose", "change", **{"d2.what": f"confirmed:{one}", "d2.done": "The provider gave"})
    again = desk_in(tmp_path)
    assert again.room.desk.to_json() == desk.room.desk.to_json()
    assert again.room.now == desk.room.now and again.room.sorted == desk.room.sorted
    form = {field["name"]: field["value"] for field in fields_of(again, "compose")}
    assert form["d2.what"] == f"confirmed:{one}" and form["d2.done"] == "The provider gave"
    assert again.results["clock"]["html"] == desk.results["clock"]["html"]


def test_everything_is_in_the_log_before_the_button_comes_back(tmp_path):
    desk = desk_in(tmp_path)
    before = len((tmp_path / "desk.jsonl").read_bytes().splitlines())
    desk.press("clock", "minutes")
    desk.press("compose", "send", **typed(desk))
    assert (
        len((tmp_path / "desk.jsonl").read_bytes().splitlines()) == before + 3
    )  # moved, sent, ten minutes over


def test_two_windows_of_one_desk_do_not_break_its_log(tmp_path):
    one, other = TraineeDesk(tmp_path, NIGHT, sync=False), TraineeDesk(tmp_path, NIGHT, sync=False)
    one.advance(hours=1)
    other.advance(hours=1)
    one.advance(hours=1)
    assert one.check_log() == []
    assert one.now == NIGHT.begins + timedelta(hours=3)


def test_a_changed_log_is_found_and_not_written_to(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    desk.press("clock", "day")
    path = tmp_path / "desk.jsonl"
    path.write_bytes(path.read_bytes().replace(b"T21:00:00", b"T21:00:01", 1))
    result = desk.press("file", "log")
    assert not result.ok and "does not hold" in result.say
    with pytest.raises(ArtefactUnreadable):
        TraineeDesk(tmp_path, NIGHT)


def test_a_sound_log_is_shown_as_sound(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    assert "The log holds: 1 records" in desk.press("file", "log").say


def test_a_note_that_something_was_passed_on_names_to_whom(tmp_path):
    desk = desk_in(tmp_path)
    for _time in range(2):
        desk.press("clock", "hour")
    case = desk.room.desk.case_of(message_named(desk, "XC-2026-0094").id).number
    assert not desk.press("note", "write", case=case, what="passed-on", text=" ").ok
    assert desk.press("note", "write", case=case, what="passed-on", text="Asset Recovery Office").ok
    assert "Asset Recovery Office" in desk.press("file", "change", case=case).html


def test_the_look_back_shows_what_was_met_and_what_was_missed(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "send", **typed(desk))
    for _hour in range(3):
        desk.press("clock", "hour")
    shown = desk.results["back"]["html"]
    assert "met" in shown and "NOT MET" in shown and "Still open" in shown


def test_script_in_a_message_is_shown_as_text(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "send", **typed(desk, facts=REQUEST["facts"] + " <script>alert(1)</script>"))
    desk.press("file", "change", case="XA-2026-0001")
    assert "<script>" not in desk.results["file"]["html"]
    assert "&lt;script&gt;" in desk.results["file"]["html"]


def test_a_folder_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "work").write_text("a file")
    with pytest.raises(UsageError, match="folder of the desk"):
        TraineeDesk(tmp_path / "work", NIGHT)


def test_while_marking_the_desk_does_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    desk = labs.desk(into=tmp_path / "work")
    desk.press("clock", "hour")
    assert "not shown while marking" in repr(desk)
    assert not (tmp_path / "work").exists()


# marking


def accepted(verdicts):
    return {name: ask().accepted for name, ask in verdicts.items()}


def test_a_complete_request_earns_every_element(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "send", **typed(desk))
    assert accepted(DeskCheck(tmp_path / "desk.jsonl", NIGHT).request(TRUTH)) == dict.fromkeys(ELEMENTS, True)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"custodian": "Porto Cloud", "location": "Porto Lune"}, {"custodian"}),
        ({"data.1.identifier": "faktura.example"}, {"data"}),
        ({"data.1.until": "2026-03-28 13:00"}, {"data"}),
        ({"articles": "13"}, {"scope"}),
        ({"secrecy": "none"}, {"secrecy"}),
        ({"vanishes": "2026-04-01 15:00", "zone": "Asia/Bangkok"}, {"necessity", "data"}),
        ({"to": "XB"}, set(ELEMENTS)),
    ],
)
def test_each_fault_costs_its_element_and_the_wrong_desk_costs_all(tmp_path, changes, lost):
    desk = desk_in(tmp_path)
    desk.press("compose", "insist", **typed(desk, **changes))
    marks = accepted(DeskCheck(tmp_path / "desk.jsonl", NIGHT).request(TRUTH))
    assert {name for name, met in marks.items() if not met} == lost


def test_a_request_that_is_sent_too_late_loses_its_time_only(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("clock", "hour")
    desk.press("clock", "hour")
    desk.press("compose", "send", **typed(desk))
    marks = accepted(DeskCheck(tmp_path / "desk.jsonl", NIGHT).request(TRUTH))
    assert [name for name, met in marks.items() if not met] == ["sent"]


def test_a_desk_where_nothing_was_done_earns_nothing(tmp_path):
    TraineeDesk(tmp_path, NIGHT, sync=False).advance(hours=12)
    assert not any(accepted(DeskCheck(tmp_path / "desk.jsonl", NIGHT).request(TRUTH)).values())
    verdicts = DeskCheck(tmp_path / "desk.jsonl", NIGHT).decisions(NIGHT.expected)
    assert not any(accepted(verdicts).values())


def alert(folder, *, note):
    room = TraineeDesk(folder, FEAST, sync=False)
    room.advance(hours=1)
    about = next(entry.message for entry in room.desk.inbox if entry.message.kind == "asset-alert")
    body = Acknowledgement(next_by=room.now + timedelta(hours=1), note="We pass it on.")
    room.send(about.answer(body, at=room.now, reference="XA-2026-0001"))
    if note:
        room.note(room.desk.case_of(about.id).number, what="passed-on", text="Asset Recovery Office")
    expected = Expected(
        id="alert", desk="XA", acts=("acknowledgement",), by=timedelta(hours=2), why="At once.",
        provisions=("41(4)",), answers="moving-money",
    )  # fmt: skip
    check = DeskCheck(folder / "desk.jsonl", FEAST)
    return accepted(check.decisions([expected], passed_on={"alert": "moving-money"}))["alert"]


def test_an_alert_counts_only_when_the_case_file_says_to_whom_it_went(tmp_path):
    assert alert(tmp_path / "with", note=True) is True
    assert alert(tmp_path / "without", note=False) is False


def test_a_log_that_was_edited_is_not_marked(tmp_path):
    desk = desk_in(tmp_path)
    desk.press("compose", "send", **typed(desk, custodian="Porto Cloud"))
    path = tmp_path / "desk.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Porto Cloud", b"Lune Hosting"))
    verdicts = DeskCheck(path, NIGHT).request(TRUTH)
    with pytest.raises(Exception, match="does not hold"):
        verdicts["to"]()


def test_a_message_that_another_key_signed_is_not_marked(tmp_path):
    from hanoikit.trust.chain import Chain

    desk = desk_in(tmp_path)
    desk.press("compose", "send", **typed(desk))
    path = tmp_path / "desk.jsonl"
    old = Chain.from_bytes(path.read_bytes())
    new = Chain(kind=old.kind, owner=old.owner)
    for line in old.lines:
        record = json.loads(json.dumps(line.record))
        if record["did"] == "sent":
            record["envelope"]["message"]["body"]["custodian"] = "Lune Hosting, once more"
        new.append(record, at=line.at)
    path.write_bytes(new.to_bytes())
    with pytest.raises(Exception, match="not accepted"):
        DeskCheck(path, NIGHT).request(TRUTH)["to"]()


def test_without_a_log_there_is_nothing_to_mark(tmp_path):
    with pytest.raises(FileNotFoundError):
        DeskCheck(tmp_path / "desk.jsonl", NIGHT).request(TRUTH)["to"]()


# a live room


@pytest.mark.slow
def test_two_desks_of_a_live_room_write_to_each_other(tmp_path):
    home = Path(__file__).parents[1] / "desk_service" / "conftest.py"
    spec = importlib.util.spec_from_file_location("desk_service_running", home)
    assert spec is not None and spec.loader is not None
    running = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(running)
    service = running.Running(str(tmp_path / "room.sqlite")).start()
    try:
        ours = labs.desk(into=tmp_path / "ours", url=service.url, token=service.tokens["XA"])
        theirs = labs.desk(into=tmp_path / "theirs", url=service.url, token=service.tokens["XC"])
        values = typed(ours, vanishes="", assistance_expected="")
        assert ours.press("compose", "send", **values).ok
        theirs.press("clock", "next")
        (entry,) = theirs.room.desk.inbox
        assert entry.message.sender == "XA"
        assert "Lune Hosting" in theirs.press("read", "open", message=entry.message.id).html
        again = labs.desk(into=tmp_path / "ours", url=service.url, token=service.tokens["XA"])
        assert [one.message.id for one in again.room.desk.outbox] == [entry.message.id]
        assert again.room.check_log() == []
        with service.http("facilitator") as http:
            assert http.post("/api/clock", json={"act": "speed", "speed": 36000}).status_code == 200
            before = http.get("/api/clock").json()["story"]
        assert theirs.press("clock", "next").ok
        assert theirs.room.now.isoformat() >= before[:19]
    finally:
        service.stop()
