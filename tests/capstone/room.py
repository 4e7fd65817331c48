"""A live room with four teams in one process: the real service, its database, its routes, its signed record."""

import json
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from hanoikit import resources
from hanoikit.capstone.own import own_papers
from hanoikit.capstone.products import look
from hanoikit.desk_service.access import Rates
from hanoikit.desk_service.app import application
from hanoikit.desk_service.founding import found
from hanoikit.desk_service.storage import Storage, database_url
from hanoikit.network.documents import register, register_reader
from hanoikit.network.scenario import Scenario

REAL = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Room:
    """The room of one exercise; ``moment`` is the real time, moved by the tests."""

    def __init__(self, folder, scenario="whole-case-short"):
        register(look)
        register_reader(own_papers)
        path = resources.assets() / "network" / "scenarios" / f"{scenario}.yaml"
        self.scenario = Scenario.load(path)
        self.storage = Storage.open(database_url(str(folder / "exercise.sqlite")))
        self.tokens = found(
            self.storage, now=REAL, scenario=self.scenario, scenario_text=path.read_text(encoding="utf-8")
        )
        self.moment = REAL
        app = application(
            self.storage,
            now=lambda: self.moment,
            rates=Rates(sends=1e6, sends_at_once=10**6, reads=1e6, reads_at_once=10**6),
        )
        self.http = TestClient(app)
        self.count = 0

    def __enter__(self):
        self.http.__enter__()
        self.storage.__enter__()
        self.ask("facilitator", "POST", "/api/clock", {"act": "resume"})
        return self

    def __exit__(self, *error):
        self.http.__exit__(*error)
        self.storage.__exit__(*error)

    def ask(self, who, method, path, body=None, **headers):
        answer = self.http.request(
            method, path, json=body, headers={"Authorization": f"Bearer {self.tokens[who]}", **headers}
        )
        assert answer.status_code < 300, answer.text
        return answer

    def to(self, span):
        """Set the story's clock to this span after its beginning."""
        self.moment += timedelta(seconds=1)
        story = (self.scenario.begins + span).isoformat()
        self.ask("facilitator", "POST", "/api/clock", {"act": "set", "story": story})
        self.ask("facilitator", "POST", "/api/clock", {"act": "pause"})
        self.moment += timedelta(seconds=1)
        self.ask("facilitator", "POST", "/api/clock", {"act": "resume"})

    def view(self, desk):
        return self.ask(desk, "GET", "/api/desk").json()

    def send(self, desk, draft):
        self.count += 1
        self.ask(
            desk,
            "POST",
            "/api/drafts",
            {"draft": draft, "insist": True},
            **{"Idempotency-Key": f"act-{self.count:06}"},
        )

    def paper(self, desk, name):
        """Send a prepared paper from the desk as it is."""
        paper = next(one for one in self.view(desk)["papers"] if one["id"] == f"paper-{name}")
        self.send(desk, paper["draft"])

    def answer(self, desk, entry, kind, **body):
        self.send(
            desk,
            {"kind": kind, "to": entry["from"], "regarding": entry["id"], "reference": entry["reference"] or "X-1",
             "urgency": "ordinary", "body": body},
        )  # fmt: skip

    def waiting(self, desk):
        """Cases with their first entry, for what still waits for an answer."""
        view = self.view(desk)
        return [
            (case, entry)
            for case in view["cases"]
            for entry in case["entries"]
            if entry["id"] in view["triage"]
        ]

    def note(self, desk, case, what, text=""):
        self.ask(desk, "POST", "/api/notes", {"case": case["number"], "what": what, "text": text})

    def record(self, path):
        path.write_bytes(self.ask("facilitator", "GET", "/api/record").content)
        return path


ABUSIVE = ("reporter", "organiser", "prayer", "nurse who spoke")
RIGHTFUL = ("mayor", "deputy", "singer", "editor")


def play(room, *, bad=False):
    """Four teams that do everything right (or, ``bad``, much of it wrong), through the desk's own routes."""
    sent = set()
    short = room.scenario.name.endswith("short")
    ends = room.scenario.lasts
    at = timedelta(minutes=3)
    jumps = dict(room.scenario.jumps)
    starts = sorted(jumps)
    while at < ends:
        room.to(at)
        _aldermark(room, sent, bad)
        for desk in ("XA", "XB", "XC", "XD"):
            for case, entry in room.waiting(desk):
                _answer(room, desk, case, entry, bad)
        at += timedelta(minutes=60)
        for start in starts:
            if start <= at < jumps[start]:
                room.to(start + timedelta(seconds=30))
                at = jumps[start] + timedelta(minutes=3)
    return short


def _aldermark(room, sent, bad):
    there = {one["id"].removeprefix("paper-") for one in room.view("XA")["papers"]}
    wanted = ("log", "images", "freeze-2", "assistance-2", "package-1", "return-2", "removal-1")
    if bad:
        wanted = ("freeze-1", "package-2", "return-1", "removal-2")
    for name in wanted:
        if name not in there or name in sent:
            continue
        if name == "removal-1" and not _kept(room):
            continue
        sent.add(name)
        room.paper("XA", name)


def _kept(room):
    return any(
        entry["kind"] == "confirmed" and entry["from"] == "XB"
        for case in room.view("XA")["cases"]
        for entry in case["entries"]
    )


def _answer(room, desk, case, entry, bad):
    title = entry["body"].get("title", "").lower()
    kind = entry["kind"]
    if kind == "preservation-request":
        room.note(desk, case, "order")
        until = datetime.fromisoformat(entry["sent"]) + timedelta(days=75)
        room.answer(
            desk, entry, "confirmed", done="The holder keeps it.", until=until.isoformat(timespec="seconds")
        )
    elif kind == "emergency-data":
        room.note(
            desk, case, "decision", "grant; facts danger, imminent; provision 41(3)(e); he is on the bridge"
        )
        room.answer(desk, entry, "confirmed", done="Given.", data=entry["body"]["data"], handed_over=True)
    elif any(word in title for word in ABUSIVE):
        if bad:
            room.answer(desk, entry, "confirmed", done="Here it is.")
        else:
            room.note(
                desk, case, "decision", "refuse; facts 5, 6; provision 40(22); pursued for what is said"
            )
            room.answer(
                desk, entry, "refused", ground="40(22)", reasons="Facts 5 and 6.", instead="Name a loss."
            )
    elif any(word in title for word in RIGHTFUL):
        if bad:
            room.answer(desk, entry, "refused", ground="40(22)", reasons="Politics.")
        else:
            room.note(desk, case, "decision", "grant; facts 2, 4; provision 40(1); a fraud like any other")
            room.answer(desk, entry, "confirmed", done="The movements of the account.")
    elif "everybody else" in title:
        room.note(
            desk, case, "decision", "part; facts 3, 6; provision 24(1); parts a, b; the rest is not needed"
        )
        room.answer(desk, entry, "partly", done="a and b", not_done="c", reason="Not needed.")
    elif "intimate images" in title:
        room.note(desk, case, "decision", "ncii; facts 1, 2; provision 16(1); shown to one person only")
        room.answer(desk, entry, "confirmed", done="We act.")
    elif title.startswith("access log of account"):
        holds = not [one for one in entry["remarks"] if one["severity"] == "error"]
        if holds or bad:
            room.note(desk, case, "decision", "accept; facts hash, seal; provision 40(14); it holds")
            room.answer(desk, entry, "confirmed", done="Received and checked.")
        else:
            room.note(desk, case, "decision", "ask; facts digest, proof; provision 40(16); it does not hold")
            room.answer(desk, entry, "more-information", questions=["Please send it again."])
    elif kind == "document":
        holds = not [one for one in entry["remarks"] if one["severity"] == "error"]
        if holds or bad:
            room.answer(desk, entry, "confirmed", done="Decided as asked.")
        else:
            room.answer(desk, entry, "more-information", questions=["Please mend it."])


def lines_of(path, name):
    """A file of the record's zip as parsed lines."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(name).splitlines()]
