"""The room's service from outside: tokens, hostile input, hand-ins, what is released and what stays hidden."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import shutil
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanoikit import build
from hanoikit.classroom.room.app import Rates
from hanoikit.classroom.room.keys import RoomKeys
from hanoikit.classroom.room.releasing import Texts
from hanoikit.classroom.room.service import Room
from hanoikit.exercise.sheet import Sheet
from hanoikit.grading.source import AssignmentSource
from hanoikit.handin import bundle
from hanoikit.handin.me import Who
from hanoikit.handin.receipt import CounterReceipt
from hanoikit.workshop.protocol import JoinLine, clean_name

from .conftest import CORPUS, NOW


def ask(
    opened: Any, path: str, body: Any = None, *, token: str = "", method: str = "POST"
) -> tuple[int, Any]:
    """One request, whatever it holds; the status and the reply."""
    connection = (
        http.client.HTTPConnection("127.0.0.1", opened.page_port, timeout=60)
        if path.startswith(("/api/instructor", "/api/me", "/instructor", "/parts"))
        else http.client.HTTPSConnection("127.0.0.1", opened.port, timeout=60, context=blind())
    )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, body=data, headers=headers)
        response = connection.getresponse()
        text = response.read()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text.decode(errors="replace")
    finally:
        connection.close()


def blind() -> ssl.SSLContext:
    """Encrypted, whoever is at the other end: what a stranger's program does."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def join(opened: Any, name: str = "Amal") -> str:
    return str(opened.client().join(code=opened.room.keys.code, name=name)["token"])


def state(opened: Any) -> str:
    return json.dumps(opened.room.snapshot(), ensure_ascii=False)


INSTRUCTOR = ("events", "hint", "solution", "assignment", "helped", "remove")


@pytest.mark.parametrize("path", INSTRUCTOR)
def test_neither_a_trainee_nor_a_stranger_reads_or_does_what_is_the_instructors(
    opened: Any, path: str
) -> None:
    method = "GET" if path == "events" else "POST"
    for token in ("", join(opened), "x" * 43, opened.room.keys.code):
        status, reply = ask(opened, f"/api/instructor/{path}", {}, token=token, method=method)
        assert status == 401 and "Amal" not in json.dumps(reply)
    assert ask(opened, "/api/me", token=join(opened), method="GET")[0] == 401


def test_the_instructors_token_is_no_trainees(opened: Any) -> None:
    assert ask(opened, "/api/tell", {"after": 0}, token=opened.room.keys.instructor)[0] == 401


def test_a_trainee_hears_nothing_of_others(opened: Any) -> None:
    token, other = join(opened), join(opened, "Bình")
    ask(opened, "/api/tell", {"after": 0, "help": "c01-q1", "call": 1}, token=other)
    status, reply = ask(opened, "/api/tell", {"after": 0}, token=token)
    assert status == 200 and set(reply) == {"news", "last", "every"} and reply["news"] == []


def test_a_name_with_html_stays_text_and_its_tricks_are_gone(opened: Any) -> None:
    join(opened, "<img src=x onerror=alert(1)>")
    join(opened, "A\u202egnp.exe\u0000\u200b\n\tB")
    join(opened, "Z" + "\u0300" * 50)
    assert (
        opened.names()[0] == "<img src=x onerror=alert(1)>"
    )  # the page sets it as text: see the browser test
    assert "Agnp.exe B" in opened.names()
    assert max(map(len, opened.names())) < 60
    assert clean_name("नमस्ते می‌خواهم") == "नमस्ते می‌خواهم"  # joiners inside words stay
    assert clean_name(" \u200b\u202e ") == ""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/tell", b"not json"),
        ("/api/tell", b"[]"),
        ("/api/tell", b"[" * 20_000),
        ("/api/tell", {"after": "0"}),
        ("/api/tell", {"after": -1}),
        ("/api/tell", {"after": True}),
        ("/api/tell", {"after": 0, "here": "m01-q1"}),
        ("/api/tell", {"after": 0, "here": {"assignment": "../x", "question": "q"}}),
        ("/api/tell", {"after": 0, "here": {"assignment": "a", "question": "<b>"}}),
        ("/api/tell", {"after": 0, "here": {"assignment": "a", "question": "q", "seconds": -5}}),
        ("/api/tell", {"after": 0, "here": {"assignment": "a", "question": "q", "seconds": 1e308}}),
        ("/api/tell", {"after": 0, "help": "<script>"}),
        ("/api/tell", {"after": 0, "done": {"a": "q"}}),
        ("/api/tell", {"after": 0, "done": {"a": [["q"]]}}),
        ("/api/tell", {"after": 0, "done": {f"a{n}": [] for n in range(21)}}),
        ("/api/join", {"code": 5, "name": "x"}),
        ("/api/join", {"code": "", "name": "x" * 9999}),
    ],
)
def test_what_has_another_form_is_refused_with_a_problem_and_changes_nothing(
    opened: Any, path: str, body: Any
) -> None:
    token = join(opened)
    before = state(opened)
    status, reply = ask(opened, path, body, token=token)
    assert 400 <= status < 500 and reply["status"] == status and reply["title"]
    assert state(opened) == before


def test_too_much_at_once_is_refused_before_it_is_read(opened: Any) -> None:
    status, reply = ask(opened, "/api/tell", b" " * 40_000, token=join(opened))
    assert status == 413 and reply["type"].endswith("too-large")


def test_thirty_wrong_codes_are_slowed_down_and_right_ones_still_come_in(
    open_room: Callable[..., Any],
) -> None:
    opened = open_room(rates=Rates(wrong=0.01, wrong_at_once=10))
    statuses = [ask(opened, "/api/join", {"code": "ABCD-EFGH", "name": "x"})[0] for _n in range(14)]
    assert statuses[:10] == [403] * 10 and set(statuses[10:]) == {429}
    assert join(opened)


def test_a_flood_of_one_member_is_held_back_and_others_are_served(open_room: Callable[..., Any]) -> None:
    opened = open_room(rates=Rates(tells=0.01, tells_at_once=5))
    flooding, other = join(opened, "flood"), join(opened)
    statuses = [ask(opened, "/api/tell", {"after": 0}, token=flooding)[0] for _n in range(8)]
    assert statuses == [200] * 5 + [429] * 3
    assert ask(opened, "/api/tell", {"after": 0}, token=other)[0] == 200


def test_keys_and_solutions_are_on_no_wire_and_in_no_page_before_they_are_released(opened: Any) -> None:
    asyncio.run(opened.room.read("c01"))
    token = join(opened)
    seen = [state(opened)]
    for path in ("/instructor", "/api/room", *(f"/parts/{name}" for name in ("room.js", "words.js"))):
        seen.append(str(ask(opened, path, method="GET")[1]))
    seen.append(str(ask(opened, "/api/tell", {"after": 0}, token=token)[1]))
    assert not any("no clock in it" in text or "The answer:" in text or "canary" in text for text in seen)
    asyncio.run(opened.room.solution(assignment="c01"))
    heard = str(ask(opened, "/api/tell", {"after": 0}, token=token)[1])
    assert "no clock in it" in heard and "canary" not in heard
    assert opened.klass.assignment("c01").solution == "released"


def test_hints_go_level_by_level_and_none_is_left_out(opened: Any) -> None:
    from hanoikit.errors import UsageError

    room = opened.room
    with pytest.raises(UsageError):
        asyncio.run(room.hint("c01-q1", 2))
    assert asyncio.run(room.hint("c01-q1", 1))["released"] == 1
    asyncio.run(room.hint("c01-q1", 1))  # a second press on the same changes nothing
    assert room.given.last == 1
    asyncio.run(room.hint("c01-q1", 2))
    with pytest.raises(UsageError):
        asyncio.run(room.hint("c01-q9", 1))


def test_what_was_released_is_still_released_when_the_room_is_started_again(opened: Any) -> None:
    asyncio.run(opened.room.hint("c01-q1", 1))
    opened.shut()
    opened.start()
    assert opened.room.given.level("c01-q1") == 1
    reply = opened.client().tell(join(opened), {"after": 0})
    assert [one["question"] for one in reply["news"]] == ["c01-q1"]


def test_nothing_about_people_is_written_anywhere(opened: Any, capfd: pytest.CaptureFixture[str]) -> None:
    token = join(opened, "Noteworthy Name")
    ask(opened, "/api/tell", {"after": 0, "help": "*", "call": 1}, token=token)
    opened.room.plan("c01", "open")
    files = b"".join(path.read_bytes() for path in opened.klass.root.rglob("*") if path.is_file())
    assert b"Noteworthy" not in files
    captured = capfd.readouterr()
    assert "Noteworthy" not in captured.out + captured.err


def test_the_code_stays_when_the_room_starts_again_and_a_new_one_ends_it(klass: Any) -> None:
    first = RoomKeys.of(klass)
    assert RoomKeys.of(klass) == first
    assert RoomKeys.of(klass, renew=True) != first
    path = klass.root / "keys" / "room.json"
    assert path.stat().st_mode & 0o077 == 0
    assert JoinLine.parse(f"192.0.2.7:8025 {first.code.lower().replace('-', '')}").code == first.code


# hand-ins


@pytest.fixture
def sealed(tmp_path: Path, klass: Any) -> Path:
    return seal(tmp_path, klass.id)


def seal(tmp_path: Path, class_id: str, words: str = "b") -> Path:
    work = tmp_path / "work" / "c01"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = AssignmentSource.read(CORPUS / "c01" / "c01.md")
    (work / "c01.ipynb").write_text(build.dumps(source.release), encoding="utf-8")
    Sheet.in_folder(work).append("c01-q1", words)
    target = tmp_path / "sealed"
    target.mkdir(exist_ok=True)
    made = bundle.seal(
        work,
        assignment="c01",
        who=Who.of(name="Amal", id="t07"),
        key=Ed25519PrivateKey.generate(),
        class_id=class_id,
        to=target,
        at=NOW,
    )
    return Path(made.path)


def test_a_bundle_through_the_room_lies_in_the_incoming_folder_with_a_signed_receipt(
    opened: Any, sealed: Path
) -> None:
    client, token = opened.client(), join(opened)
    reply = client.hand_in(token, sealed)
    counter = CounterReceipt.from_json(reply["receipt"])
    counter.verify([opened.klass.authority_certificate])
    assert (counter.state, counter.trainee, counter.assignment, counter.late) == (
        "accepted",
        "t07",
        "c01",
        False,
    )
    [kept] = (opened.klass.root / "incoming").iterdir()
    assert kept.read_bytes() == sealed.read_bytes()
    assert bundle.read(kept).receipt is not None
    again = client.hand_in(token, sealed)
    assert again["state"] == "duplicate"
    assert list((opened.klass.root / "incoming").iterdir()) == [kept]
    assert opened.room.snapshot()["bundleCount"] == 2


def test_a_late_a_foreign_and_a_damaged_bundle_are_kept_and_said(
    opened: Any, tmp_path: Path, sealed: Path
) -> None:
    client, token = opened.client(), join(opened)
    opened.klass.plan("c01", due=NOW - timedelta(hours=1))
    assert client.hand_in(token, sealed)["late"] is True
    broken = tmp_path / "broken.hanoi.zip"
    broken.write_bytes(sealed.read_bytes()[:-200])
    reply = client.hand_in(token, broken)
    assert reply["state"] == "set-aside" and reply["findings"]
    opened.klass.plan("c01", refuse_late=True)
    refused = client.hand_in(token, seal(tmp_path, opened.klass.id, "a"))
    assert refused["state"] == "set-aside" and refused["findings"][-1]["code"] == "too-late"
    foreign = client.hand_in(token, seal(tmp_path, "0123456789ab", "c"))
    assert foreign["state"] == "set-aside" and foreign["findings"][-1]["code"] == "other-class"
    opened.klass.roster_path.write_text("id,family_name\nt01,Haddad\n", "utf-8-sig")
    stranger = client.hand_in(token, seal(tmp_path, opened.klass.id, "d"))
    assert stranger["state"] == "set-aside" and "unknown-trainee" in {f["code"] for f in stranger["findings"]}
    incoming = opened.klass.root / "incoming"
    assert len(list(incoming.iterdir())) == 5 and not list(incoming.glob(".*"))


def test_a_bundle_that_breaks_off_leaves_nothing(
    opened: Any, sealed: Path, wait_until: Callable[..., None]
) -> None:
    import socket

    token = join(opened)
    head = (
        f"POST /api/hand-in HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 90000\r\n\r\n"
    ).encode()
    with (
        socket.create_connection(("127.0.0.1", opened.port)) as plain,
        blind().wrap_socket(plain) as connection,
    ):
        connection.sendall(head + sealed.read_bytes()[:1000])
        wait_until(lambda: list((opened.klass.root / "incoming").glob(".*.part")))
    wait_until(lambda: not list((opened.klass.root / "incoming").iterdir()))
    assert opened.room.bundle_count == 0


def test_nobody_outside_the_room_hands_in(opened: Any, sealed: Path) -> None:
    assert ask(opened, "/api/hand-in", sealed.read_bytes(), token="x" * 43)[0] == 401
    assert ask(opened, "/api/hand-in", sealed.read_bytes())[0] == 401
    assert not list((opened.klass.root / "incoming").iterdir())


# hints and solutions in the text source


def with_hints(tmp_path: Path, hints: str) -> Path:
    text = (CORPUS / "c01" / "c01.md").read_text(encoding="utf-8")
    old = '{"question": "c01-q1", "objective": "c01-o1"'
    made = tmp_path / "c01" / "c01.md"
    made.parent.mkdir()
    made.write_text(text.replace(old, f'{{"question": "c01-q1", "hints": {hints}, "objective": "c01-o1"'))
    return made


def test_hints_of_the_author_are_released_in_order_and_are_in_no_notebook(tmp_path: Path) -> None:
    path = with_hints(tmp_path, '["What goes into a hash?", "Is a clock of {art}`25(2)` in it?"]')
    source = AssignmentSource.read(path)
    texts = Texts({"c01": source}.__getitem__)
    assert texts.of("c01")["c01-q1"].hints == ("What goes into a hash?", "Is a clock of article 25(2) in it?")
    for notebook in (source.notebook, source.release):
        assert "What goes into" not in json.dumps(notebook) and "hints" not in json.dumps(notebook)


@pytest.mark.parametrize("hints", ["[]", '"one"', '["", "b"]', '["a", "a"]', "[1]"])
def test_hints_of_another_form_are_found_by_the_build(tmp_path: Path, hints: str) -> None:
    from hanoikit.build.questions import check

    found = check(build.read(with_hints(tmp_path, hints)))
    assert [finding.code for finding in found if finding.code.startswith("hint")]


def test_every_question_of_two_assignments_has_a_hint_and_a_solution_in_words() -> None:
    from hanoikit import resources

    for name in ("m01-convention", "m07-safeguards"):
        path = resources.solutions() / name / f"{name}.md"
        if not path.is_file():
            continue
        source = AssignmentSource.read(path)
        found = Texts({name: source}.__getitem__).of(name)
        assert len(found) >= 10
        for question in found.values():
            assert question.hints and question.solution and "points" not in question.title
            assert not any("object at 0x" in line for line in question.solution)


def test_the_join_line_and_the_news_hold_for_base64_and_other_odd_things() -> None:
    from hanoikit.workshop.protocol import news

    assert news({"n": 1, "kind": "hint", "question": "q", "lines": ["x"]}) is not None
    for odd in (
        None,
        [],
        {"n": "1"},
        {"n": 1, "kind": "other"},
        {"n": 1, "kind": "hint", "question": "<", "lines": []},
    ):
        assert news(odd) is None
    assert (
        news({"n": 1, "kind": "hint", "question": "q", "lines": [base64.b64encode(b"x" * 4000).decode()]})
        is None
    )


def test_collecting_takes_what_came_through_the_room(opened: Any, sealed: Path) -> None:
    from hanoikit.classroom.collecting import collect

    opened.klass.roster_path.write_text(
        "id,family_name,given_name,email,group,note\nt07,Haddad,Amal,,,\n", "utf-8-sig"
    )
    opened.room.plan("c01", "open")
    opened.client().hand_in(join(opened), sealed)
    found = collect(opened.klass, now=NOW)
    assert [(item.trainee, item.decision.state) for item in found.items] == [("t07", "accepted")]
    assert (opened.klass.root / "submitted" / "t07" / "c01" / "c01.ipynb").is_file()
    assert collect(opened.klass, now=NOW).entries == 0  # the second time nothing changes


# answers that come out of the files of the case


def computing(tmp_path: Path, model: str) -> AssignmentSource:
    """The small assignment, with a model answer that a cell computes."""
    text = (CORPUS / "c01" / "c01.md").read_text(encoding="utf-8")
    made = tmp_path / "computing" / "c01.md"
    made.parent.mkdir()
    made.write_text(text.replace('answer("c01-q2", 90)', model), encoding="utf-8")
    return AssignmentSource.read(made)


MODEL = 'open("made.txt", "w").write("x" * 77)\nanswer("c01-q2", len(open("made.txt").read()))'


def test_an_answer_out_of_files_is_worked_out_when_it_is_released_and_not_before(
    klass: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hanoikit.classroom.room import releasing

    runs: list[Any] = []
    real = releasing.run_cells

    def counted(source: Any, folder: Path, *, known: Any) -> Any:
        runs.append((known, folder.exists()))
        return real(source, folder, known=known)

    monkeypatch.setattr(releasing, "run_cells", counted)
    # What trainees handed in lies beside, and is never run or read.
    trap = klass.root / "submitted" / "t07" / "c01" / "made.txt"
    trap.parent.mkdir(parents=True)
    trap.write_text("x" * 5)
    room = room_of(klass, Texts({"c01": computing(tmp_path, MODEL)}.__getitem__))
    text = asyncio.run(room.read("c01"))["c01-q2"]
    assert text.computed and "your instructor shows how" in text.solution[0] and runs == []
    seen: list[Any] = []
    monkeypatch.setattr(room, "changed", lambda: seen.append(room.snapshot()["assignments"][0]["working"]))

    async def twice() -> list[Any]:
        return await asyncio.gather(
            room.solution(question="c01-q2"),
            room.solution(question="c01-q2"),
            room.solution(assignment="c01"),
        )

    replies = asyncio.run(twice())
    assert sum(reply["released"] for reply in replies) == 7 and not any("without" in one for one in replies)
    assert runs == [(["c01-q2"], False)] and 0 in seen and seen[-1] is None
    out = {one.question: one.lines for one in room.given.after(0)}
    assert out["c01-q2"][0] == "The answer: 77 days" and out["c01-q1"][0].startswith("The answer: b:")


def test_where_an_answer_cannot_be_worked_out_the_rest_is_released_and_the_page_says_why(
    klass: Any, tmp_path: Path
) -> None:
    model = 'answer("c01-q2", len(open("gone.txt").read()))'
    room = room_of(klass, Texts({"c01": computing(tmp_path, model)}.__getitem__))
    reply = asyncio.run(room.solution(question="c01-q2"))
    assert reply["released"] == 1 and "cannot be worked out on this machine" in reply["without"]
    (news,) = room.given.after(0)
    assert "your instructor shows how" in news.lines[0] and "article 25(2)" in news.lines[1]


def room_of(klass: Any, texts: Texts) -> Room:
    return Room.of(klass, texts=texts, now=lambda: NOW, clock=time.monotonic)


def test_every_answer_of_both_doors_has_a_policy_and_a_page_has_its_own(opened: Any) -> None:
    network = http.client.HTTPSConnection("127.0.0.1", opened.port, timeout=60, context=blind())
    page = http.client.HTTPConnection("127.0.0.1", opened.page_port, timeout=60)
    for line, path, scripts in (
        (network, "/api/room", False),
        (network, "/x", False),
        (page, "/instructor", True),
    ):
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        assert (
            answer.headers["x-content-type-options"] == "nosniff"
            and answer.headers["x-frame-options"] == "DENY"
        )
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'") and ("script-src 'self'" in policy) is scripts
        assert answer.headers["cache-control"] == ("no-cache" if scripts else "no-store")
    network.close()
    page.close()
