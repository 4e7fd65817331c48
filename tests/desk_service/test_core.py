"""Sending, receiving, idempotency, order: what the service promises to a desk."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from hanoikit.errors import ServiceRefused
from hanoikit.network import Acknowledgement, Confirmed, Desk, seal
from hanoikit.network.messages import MoreInformation


@pytest.fixture(scope="module")
def aldermark(service: Any, tmp_path_factory: Any) -> Any:
    with service.client("XA") as client:
        client.enrol(tmp_path_factory.mktemp("xa"))
        yield client


@pytest.fixture(scope="module")
def corvessa(service: Any, tmp_path_factory: Any) -> Any:
    with service.client("XC") as client:
        client.enrol(tmp_path_factory.mktemp("xc"))
        yield client


def test_a_message_is_taken_once_and_reaches_the_other_desk(
    aldermark: Any, corvessa: Any, make_request: Any
) -> None:
    before = corvessa.me()["last"]
    message = make_request("XA", "XC", at=aldermark.now(), reference="XA-1")
    envelope = seal(message, aldermark.identity)
    first, again = aldermark.post(envelope), aldermark.post(envelope)
    assert first.first and not again.first
    assert (first.id, first.number, first.seq, first.at) == (again.id, again.number, again.seq, again.at)
    got = [event for event in corvessa.events(after=before) if event.message == message]
    assert [event.kind for event in got] == ["received"]


def test_the_same_message_signed_by_another_key_of_the_desk_is_a_conflict(
    aldermark: Any, make_request: Any, tmp_path: Any, service: Any
) -> None:
    message = make_request("XA", "XC", at=aldermark.now(), reference="XA-2")
    aldermark.post(seal(message, aldermark.identity))
    with service.client("XA") as second:
        second.enrol(tmp_path / "second")
        with pytest.raises(ServiceRefused) as refused:
            second.post(seal(message, second.identity))
    assert (refused.value.status, refused.value.code) == (409, "conflict")


def test_a_draft_with_the_same_key_is_sent_once_and_another_draft_with_it_is_refused(service: Any) -> None:
    draft = {
        "kind": "technical-advice",
        "to": "XB",
        "reference": "XA-7",
        "body": {
            "authority": "Cyber Unit",
            "question": "Which logs does Lanternchat keep?",
            "context": "A case.",
        },
    }
    with service.client("XA") as client:
        first = client.send_draft(draft, key="advice-one")
        again = client.send_draft(draft, key="advice-one")
        assert first.first and not again.first and first.id == again.id
        with pytest.raises(ServiceRefused) as refused:
            client.send_draft({**draft, "reference": "XA-8"}, key="advice-one")
        assert refused.value.status == 409
        assert sum(1 for event in client.events() if event.message and event.message.id == first.id) == 1


def test_a_draft_with_gaps_is_refused_with_every_gap_and_goes_out_when_the_person_insists(
    service: Any,
) -> None:
    draft = {"kind": "preservation-request", "to": "XC", "body": {"authority": "Cyber Unit"}}
    with service.client("XA") as client:
        remarks = client.check_draft(draft)["remarks"]
        with pytest.raises(ServiceRefused) as refused:
            client.send_draft(draft)
        assert refused.value.status == 422 and refused.value.code == "incomplete"
        gaps = [one["element"] for one in remarks if one["severity"] == "error"]
        assert [finding.element for finding in refused.value.findings] == gaps
        assert {"facts", "data", "necessity"} <= set(gaps)
        assert client.send_draft(draft, insist=True).first


def test_an_exchange_leaves_the_same_desk_for_the_service_and_for_the_program(
    aldermark: Any, corvessa: Any, make_request: Any
) -> None:
    request = make_request("XA", "XC", at=aldermark.now(), reference="XA-3")
    desk = aldermark.desk()
    aldermark.post(desk.send(request, signer=aldermark.identity, at=aldermark.now()))
    other = corvessa.desk()
    for body in (
        Acknowledgement(next_by=corvessa.now()),
        MoreInformation(elements=("data",), questions=("Which account?",)),
        Confirmed(
            done="The holder was ordered to preserve the data.", until=request.body.assistance_expected
        ),
    ):
        now = corvessa.now()
        corvessa.post(other.send(request.answer(body, at=now), signer=corvessa.identity, at=now, insist=True))
    mine = aldermark.desk()
    case = mine.case_of(request.id)
    assert case is not None and [entry.message.kind for entry in case.entries] == [
        "preservation-request",
        "acknowledgement",
        "more-information",
        "confirmed",
    ]
    assert Desk.from_json(mine.to_json(), directory=aldermark.directory).to_json() == mine.to_json()


def test_a_desk_that_was_away_gets_everything_in_order_when_it_returns(
    aldermark: Any, service: Any, make_request: Any
) -> None:
    with service.client("XD") as away:
        before = away.me()["last"]
        sent = []
        for number in range(40):
            message = make_request("XA", "XD", at=aldermark.now(), reference=f"XA-row-{number}")
            sent.append(aldermark.post(seal(message, aldermark.identity)).id)
        got = []
        for event in away.listen(after=before):
            if event.kind == "received":
                got.append((event.seq, event.message.id))
                if len(got) == len(sent):
                    break
        assert [id for _seq, id in got] == sent
        assert [seq for seq, _id in got] == list(range(before + 1, before + len(sent) + 1))


def test_a_listening_desk_hears_of_a_message_while_it_listens(
    aldermark: Any, service: Any, make_request: Any
) -> None:
    heard: list[str] = []
    connected, done = threading.Event(), threading.Event()
    with service.client("XB") as listener:

        def tell(event: Any) -> None:
            if event.kind == "hello":
                connected.set()
            elif event.kind == "received":
                heard.append(event.message.id)
                done.set()

        listener.follow(tell, after=listener.me()["last"])
        assert connected.wait(300)
        message = make_request("XA", "XB", at=aldermark.now(), reference="XA-live")
        aldermark.post(seal(message, aldermark.identity))
        assert done.wait(300) and heard == [message.id]


def test_notes_stand_in_the_case_file_after_a_new_start(start: Any, make_request: Any) -> None:
    running = start()
    with running.client("XA") as asking, running.client("XC") as asked:
        asking.enrol(running_folder := __import__("pathlib").Path(running.database).parent / "xa")
        assert (running_folder / "key.pem").stat().st_mode & 0o077 == 0
        request = make_request("XA", "XC", at=asking.now(), reference="XA-9")
        asking.post(seal(request, asking.identity))
        case = asked.desk().case_of(request.id).number
        asked.note(case, what="read", text=request.id)
        asked.note(case, what="order", text="Lune Hosting")
        before = asked.desk().to_json()
        running.stop()
        running.start()
        after = asked.desk()
        assert after.to_json() == before and not after.unread
        assert [clock.name for clock in after.clocks(asked.now())][:1] == ["order"]
