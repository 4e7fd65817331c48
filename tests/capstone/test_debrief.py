"""The page of the debrief: everything in it, nothing outside it, the same every time, usable without a mouse."""

import json
import re
import shutil
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from hanoikit.capstone import open_run, read, score
from hanoikit.capstone.debrief import moments, page
from hanoikit.capstone.debrief_events import events
from hanoikit.cli import run as command
from hanoikit.network.messages import LegalInformation, Message
from tests.capstone import room as rooms


class Reader(HTMLParser):
    """Elements with their attributes, and whether every one was closed."""

    VOID = frozenset({"meta", "input", "br", "link", "img", "path", "line", "rect", "circle"})

    def __init__(self):
        super().__init__()
        self.open, self.found, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if dict(attrs).get("id"):
            self.ids.append(dict(attrs)["id"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def parsed(text):
    reader = Reader()
    reader.feed(text)
    assert reader.open == [] and len(reader.ids) == len(set(reader.ids))
    return reader


@pytest.fixture(scope="module")
def pages(good, bundle, poor_bundle):
    made = {"alone": good.record(), "live": read(bundle), "poor": read(poor_bundle)}
    return {name: (record, page(record, score(record))) for name, record in made.items()}


@pytest.mark.parametrize("name", ["alone", "live", "poor"])
def test_the_page_is_whole_and_needs_nothing_from_outside(pages, name):
    _record, text = pages[name]
    reader = parsed(text)
    assert not [attrs for tag, attrs in reader.found if tag in ("link", "img", "iframe") or "src" in attrs]
    assert all(attrs["href"].startswith("#") for tag, attrs in reader.found if tag == "a")
    assert "http://" not in text.replace("http://www.w3.org", "") and "@import" not in text
    assert "innerHTML" not in text


@pytest.mark.parametrize("name", ["alone", "live", "poor"])
def test_every_message_and_decision_is_in_the_picture_and_in_the_table(pages, name):
    record, text = pages[name]
    happened = events(record, moments(score(record)))
    assert len([one for one in happened if one.source and one.target]) == len(record.sent)
    assert text.count('class="event') == len(happened)
    body = text[text.index('<table id="log">') :]
    assert len(re.findall(r"<tr><td", body)) == len(happened)
    data = json.loads(re.search(r'id="events">(.*?)</script>', text)[1])
    assert len(data["events"]) == len(happened)
    assert [one.at for one in happened] == sorted(one.at for one in happened)
    places = [one["x"] for one in data["events"]]
    assert places == sorted(places) and len(set(places)) == len(places)


def test_every_element_has_its_moment_with_what_would_have_happened(pages):
    record, text = pages["live"]
    found = score(record)
    for one in found.elements:
        assert one.otherwise and one.done and one.undone
    assert text.count('<li class="good">') == len(moments(found))
    _record, poor = pages["poor"]
    assert poor.count('<li class="bad">') > 8 and "What that costs:" in poor


def test_the_same_record_gives_the_same_page(good, pages):
    record = good.record()
    assert page(record, score(record)) == pages["alone"][1]


def test_what_a_desk_wrote_is_only_ever_text(tmp_path):
    run = open_run(tmp_path, short=True, sync=False)
    run.advance(minutes=40)
    evil = "</script><img src=x onerror=alert(1)><script>"
    body = LegalInformation(authority=evil, question=evil, purpose=evil)
    run.send(Message(sender="XA", recipient="XC", sent=run.now, body=body, reference="X"), insist=True)
    run.decide("mayor", "grant", facts=("2",), provisions=("40(1)",), reason=evil)
    text = page(run.record(), run.score())
    assert "<img" not in text and text.count("</script>") == 2
    parsed(text)


def test_the_command_makes_the_page_twice_the_same_and_says_so(bundle, tmp_path, capsys):
    target = tmp_path / "debrief.html"
    assert command(["capstone", "debrief", str(bundle), "--to", str(target)]) == 0
    said = capsys.readouterr().out
    assert "XD: 82 of 82 points, 100 %" in said and "The record holds." in said
    assert command(["capstone", "debrief", str(bundle), "--to", str(target)]) == 0
    assert "the same as before" in capsys.readouterr().out
    broken = tmp_path / "broken.zip"
    broken.write_bytes(bundle.read_bytes()[:-400])
    assert command(["capstone", "debrief", str(broken)]) == 1
    assert command(["capstone", "debrief", str(tmp_path / "none.zip")]) != 0
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.slow
def test_the_replay_goes_by_keyboard_and_shows_what_the_table_says(pages, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    place = tmp_path / "debrief.html"
    place.write_text(pages["live"][1], encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(viewport={"width": 900, "height": 800})
        errors = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("request", lambda request: errors.append(request.url) if request.url[:4] == "http" else None)
        tab.goto(place.as_uri())
        tab.locator("#place").focus()
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("ArrowRight")
        assert tab.locator("#now h3").inner_text().startswith("3. ")
        assert tab.locator("g.event.future").count() == tab.locator("g.event").count() - 3
        tab.keyboard.press("End")
        assert tab.locator("g.event.future").count() == 0
        tab.locator("#decisive").press("Enter")
        assert "This decided:" in tab.locator("#now").inner_text()
        tab.locator("[data-show]").nth(2).press("Enter")
        assert tab.locator("tr.now").count() == 1
        assert tab.evaluate("document.documentElement.scrollWidth") <= 900
        found = axe.Axe().run(tab).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        assert errors == []
        browser.close()


def test_the_debrief_says_whose_papers_were_sent_and_when_the_clock_stood(tmp_path):
    with rooms.Room(tmp_path) as room:
        room.to(timedelta(minutes=20))
        room.paper("XA", "freeze-2")
        changed = next(one for one in room.view("XA")["papers"] if one["id"] == "paper-freeze-1")["draft"]
        changed["body"]["content"] = changed["body"]["content"].replace("15000000", "12000000")
        room.send("XA", changed)
        room.ask("facilitator", "POST", "/api/clock", {"act": "pause"})
        room.moment += timedelta(minutes=12)
        assert room.view("XB")["stage"] == "running" and not room.view("XB")["clock"]["running"]
        room.ask("facilitator", "POST", "/api/clock", {"act": "resume"})
        room.ask("facilitator", "POST", "/api/clock", {"act": "next"})
        record = read(room.record(tmp_path / "exercise.zip"))
    assert [round(one.lasted / timedelta(minutes=1)) for one in record.stood][-1] == 12
    assert record.skipped == (record.scenario.begins + record.scenario.jumps[0][1],)
    text = page(record, score(record))
    rows = text[text.index('<table id="papers">') :]
    assert rows.index("prepared") < rows.index("the team&#x27;s own, or changed by it")
    assert "Parts of which the rest was left out: 1." in text


def test_at_the_end_of_the_story_its_clock_stops_by_itself(tmp_path):
    with rooms.Room(tmp_path) as room:
        assert room.view("XA")["stage"] in ("before", "running")
        end = (room.scenario.begins + room.scenario.lasts).isoformat()
        room.ask("facilitator", "POST", "/api/clock", {"act": "set", "story": end})
        assert room.view("XA")["stage"] == "ended" and not room.view("XA")["clock"]["running"]
        refused = room.http.post(
            "/api/clock",
            json={"act": "next"},
            headers={"Authorization": f"Bearer {room.tokens['facilitator']}"},
        )
        assert refused.status_code == 400 and "no later part" in refused.text
