"""Requests of modules 6, 8 and 9, carried to this case: judged as they were made, by the same rules."""

import base64
import json

import pytest

from hanoikit.capstone import open_run, products
from hanoikit.capstone.own import own_papers, own_products
from hanoikit.cooperation.requests import to_bytes
from hanoikit.exercise.sheet import Sheet
from tests.capstone.room import Room

FREEZE = {
    "measure": "freeze-on-request", "to": "XB", "channel": "central", "authority": "Asset Recovery Office",
    "case": "XA-2026-8812", "articles": ["13", "17"], "facts": "Invoices.", "property": "XB-COM-0752",
    "location": "Kest", "holder": "Baraka Dulmi", "amount": 753468, "unit": "XTS-cent", "rule": "haircut",
    "link": "Lune, then Kest.", "wanted": "Freeze it.", "purpose": "Return",
    "third_parties": "Nobody is known to have a right to it.", "urgency": "21 May 2026, 08:00 UTC",
}  # fmt: skip


@pytest.fixture
def course(tmp_path):
    """A course folder in which modules 8 and 9 were answered, and the folder of a run in module 11."""

    def answered(module, question, value):
        folder = tmp_path / "exercises" / module
        folder.mkdir(parents=True, exist_ok=True)
        Sheet.in_folder(folder, assignment=module).append(question, value)

    run = tmp_path / "exercises" / "m11-capstone" / "work"
    run.mkdir(parents=True)
    return answered, run


def one(folder, kind):
    (found,) = (each for each in own_products(folder) if each.kind == kind)
    return found


def faults(product):
    return {each.code for each in products.errors(product.kind, product.content)}


def test_a_sound_request_for_freezing_is_sound_here_and_stops_the_money(course):
    answered, folder = course
    answered("m08-money", "m08-q6", FREEZE)
    assert faults(one(folder, "freeze-request")) == set()
    run = open_run(folder, short=True, sync=False)
    run.advance(minutes=20)
    run.send_product("own-m08")
    run.advance(hours=6)
    assert run.score().element("freeze").share == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"amount": 1_296_258}, "above-limit"),
        ({"channel": "network"}, "channel-network"),
        ({"channel": "bank"}, "channel-bank"),
        ({"to": "XC"}, "other-state"),
    ],
)
def test_who_asked_wrongly_then_asks_wrongly_here(course, change, fault):
    answered, folder = course
    answered("m08-money", "m08-q6", FREEZE | change)
    assert fault in faults(one(folder, "freeze-request"))


def test_what_was_left_empty_is_missing_here_too(course):
    answered, folder = course
    answered("m08-money", "m08-q6", {name: text for name, text in FREEZE.items() if name != "link"})
    found = products.errors("freeze-request", one(folder, "freeze-request").content)
    assert "link" in {each.where for each in found}


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        ("acfg", ""),
        ("abcfg", "images-sent"),
        ("acdfg", "private-sent"),
        ("cfg", "page-missing"),
        ("acf", "preserved-missing"),
    ],
)
def test_a_request_for_removal_holds_what_its_maker_left_in_it(course, kept, fault):
    answered, folder = course
    answered("m09-victims", "m09-q8", list(kept))
    assert faults(one(folder, "removal-request")) == ({fault} if fault else set())


def workshop_request(*categories, identifier="settle@fastsettle.example"):
    """A request as the workshop of module 6 exports it."""
    from hanoikit.cooperation import from_json

    value = products.prepared_content("assistance-2")
    line = value["measures"][0]["data"][0]
    value["measures"][0]["data"] = [
        {**line, "category": category, "identifier": identifier} for category in categories
    ]
    value |= {"requested": "XE", "reference": "XA-2026-9639", "facts": "The attack on St Orla."}
    return to_bytes(from_json(value))


def test_the_request_of_the_workshop_asks_for_this_log_when_it_asked_for_that_one(tmp_path):
    place = tmp_path / "m06-work"
    place.mkdir()
    (place / "request.json").write_bytes(workshop_request("traffic"))
    found = one(tmp_path / "m11-work", "assistance-request")
    assert faults(found) == set()
    content = json.loads(found.content)
    assert content["measures"][0]["data"][0]["identifier"] == "ctl-7741"
    assert content["requested"] == "XC" and "Vesterhavn" in content["facts"]


def test_a_request_for_too_much_stays_one_and_earns_half(tmp_path):
    place = tmp_path / "m06-work"
    place.mkdir()
    (place / "request.json").write_bytes(workshop_request("traffic", "content"))
    run = open_run(tmp_path / "m11-work", short=True, sync=False)
    while run.part.id != "request":
        run.next_part()
    run.advance(minutes=5)
    run.send_product("own-m06")
    run.advance(minutes=30)
    wide = run.score().element("assistance")
    assert [test.met for test in wide.tests] == [True, False]


def test_files_shown_to_a_live_room_become_papers_and_others_do_not(course):
    answered, folder = course
    answered("m08-money", "m08-q6", FREEZE)
    answered("m08-money", "m08-q9", {"dalnes": 1})
    sheet = folder.parent.parent / "m08-money" / "answers.jsonl"
    (paper,) = own_papers({"answers.jsonl": sheet.read_bytes(), "notes.txt": b"nothing", "x.json": b"{}"})
    assert paper["draft"]["to"] == "XD" and paper["draft"]["body"]["document"] == "freeze-request"
    assert own_papers({"proof.json": b"{}", "root.json": b"\xff", "a": b"x" * 10}) == []
    assert own_papers({"request.json": b"[" * 50_000}) == []


def test_a_live_room_reads_files_of_the_team_that_has_papers_and_of_no_other(course, tmp_path):
    answered, folder = course
    answered("m08-money", "m08-q6", FREEZE)
    sheet = folder.parent.parent / "m08-money" / "answers.jsonl"

    def shown(room, desk, name, data):
        files = [{"name": name, "base64": base64.b64encode(data).decode()}]
        headers = {"Authorization": f"Bearer {room.tokens[desk]}"}
        return room.http.post("/api/papers", json={"files": files}, headers=headers)

    with Room(tmp_path) as room:
        (paper,) = shown(room, "XA", "answers.jsonl", sheet.read_bytes()).json()["papers"]
        room.send("XA", paper["draft"])
        entry = next(one for case in room.view("XD")["cases"] for one in case["entries"])
        assert entry["checked"] and "freeze" in entry["body"]["title"]
        nothing = shown(room, "XA", "letter.docx", b"PK")
        assert nothing.status_code == 400 and "letter.docx" in nothing.text and "Choose" in nothing.text
        assert shown(room, "XB", "answers.jsonl", sheet.read_bytes()).status_code == 409


def test_a_document_says_whose_it_is():
    body = products.prepared("freeze-2").body()
    assert products.source_of(body) == "freeze-2"
    changed = products.prepared("removal-1")
    own = products.Product("own-x", changed.kind, "", "XB", "", changed.content + " ", "own")
    assert products.source_of(own.body(authority="a", facts="b")) == "own"
