"""A desk: what comes in and goes out, what may be done next, which clocks run, and that a restart changes nothing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hanoikit.errors import ActRefused, MessageIncomplete, UsageError
from hanoikit.network import (
    Acknowledgement,
    AssistanceStatus,
    Confirmed,
    Desk,
    Message,
    PreservationRequest,
    Status,
    Supplement,
    deadlines,
    open_envelope,
    rules,
    seal,
)
from hanoikit.network.deadlines import Standing
from hanoikit.trust.chain import Chain, LogFile, verify

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def kinds(acts):
    return {act.kind for act in acts}


def until(now):
    return deadlines.floor(now, zone=rules("XC").zone)


@pytest.fixture
def kept(two_desks, make, now):
    """A preservation that XC confirmed to XA an hour after the request."""
    desks, carry = two_desks
    request = make("preservation-request")
    carry(request)
    answer = request.answer(Confirmed(done="Ordered.", until=until(now + HOUR)), at=now + HOUR)
    carry(answer, insist=False)
    return desks, carry, request, answer


def test_a_request_opens_a_case_file_at_both_desks(two_desks, make, now):
    desks, carry = two_desks
    receipt = carry(make("preservation-request"))
    assert receipt.new
    assert receipt.remarks == ()
    ours, theirs = desks["XA"].case_of(receipt.message.id), receipt.case
    assert (ours.number, ours.ours, ours.other) == ("XA-2026-0001", True, "XC")
    assert (theirs.number, theirs.ours, theirs.other) == ("XC-2026-0001", False, "XA")
    assert [entry.message for entry in desks["XC"].inbox] == [receipt.message]
    assert [entry.message for entry in desks["XA"].outbox] == [receipt.message]


def test_the_same_message_a_second_time_changes_nothing(two_desks, make, directory, identities, now):
    desks, _carry = two_desks
    envelope = desks["XA"].send(make("preservation-request"), signer=identities["XA"], at=now)
    opened = open_envelope(envelope.to_bytes(), directory=directory, desk="XC", at=now)
    desks["XC"].receive(opened)
    before = json.dumps([desks["XA"].to_json(), desks["XC"].to_json()])
    assert not desks["XC"].receive(opened).new
    desks["XA"].sent(envelope, at=now + HOUR)
    desks["XA"].send(envelope.message, signer=identities["XA"], at=now + HOUR)
    assert json.dumps([desks["XA"].to_json(), desks["XC"].to_json()]) == before


def test_an_incomplete_request_stays_on_the_desk_unless_one_insists(two_desks, now):
    desks, carry = two_desks
    draft = Message(sender="XA", recipient="XC", sent=now, body=PreservationRequest(authority="Cyber Unit"))
    with pytest.raises(MessageIncomplete) as refused:
        carry(draft, insist=False)
    assert len(refused.value.findings) > 8
    assert desks["XA"].events == []
    receipt = carry(draft)
    assert "missing-facts" in [one.code for one in receipt.remarks]


def test_the_desk_that_was_asked_can_give_every_answer_and_the_other_one_none(two_desks, make, now):
    desks, carry = two_desks
    receipt = carry(make("preservation-request"))
    answers = {
        "acknowledgement",
        "more-information",
        "confirmed",
        "partly",
        "refused",
        "preservation-warning",
    }
    assert answers <= kinds(desks["XC"].allowed(receipt.case, now))
    ours = desks["XA"].case_of(receipt.message.id)
    assert kinds(desks["XA"].allowed(ours, now)) == {"assistance-notice"}


def test_only_the_addressee_of_a_request_can_refuse_it(two_desks, make, now):
    _desks, carry = two_desks
    request = make("preservation-request")
    carry(request)
    own = request.answer(make("refused").body, at=now).but(sender="XA", recipient="XC")
    with pytest.raises(ActRefused) as refused:
        carry(own)
    assert refused.value.findings[0].code == "not-next"


def test_nobody_sends_in_the_name_of_another_desk(two_desks, make, identities, now):
    desks, _carry = two_desks
    with pytest.raises(ActRefused) as refused:
        desks["XD"].send(make("preservation-request"), signer=identities["XD"], at=now)
    assert refused.value.findings[0].code == "not-ours"


def test_a_case_goes_from_new_to_kept(two_desks, make, now):
    desks, carry = two_desks
    request = make("preservation-request")
    case = carry(request).case
    assert case.status is Status.NEW
    carry(request.answer(Acknowledgement(next_by=now + 4 * HOUR), at=now + HOUR), insist=False)
    assert case.status is Status.ACKNOWLEDGED
    question = request.answer(make("more-information").body, at=now + 2 * HOUR)
    carry(question, insist=False)
    assert case.status is Status.QUESTIONED
    supplement = question.answer(Supplement(information="The account is known now."), at=now + 3 * HOUR)
    carry(supplement, insist=False)
    assert case.status is Status.ACKNOWLEDGED
    assert desks["XC"].triage(now)[0].message == supplement
    done = supplement.answer(Confirmed(done="Ordered.", until=until(now + 4 * HOUR)), at=now + 4 * HOUR)
    carry(done, insist=False)
    assert case.status is desks["XA"].case_of(request.id).status is Status.KEPT
    assert desks["XC"].triage(now) == []


def test_a_confirmed_request_is_not_answered_a_second_time(kept, make, now):
    desks, carry, request, _answer = kept
    with pytest.raises(ActRefused):
        carry(request.answer(make("refused").body, at=now + 2 * HOUR))
    assert "refused" not in kinds(desks["XC"].allowed(desks["XC"].case_of(request.id), now))


def test_the_preservation_runs_at_both_desks_to_the_same_end(kept, now):
    desks, _carry, request, _answer = kept
    ends = {name: desks[name].case_of(request.id).preservation.ends() for name in ("XA", "XC")}
    assert ends["XA"] == ends["XC"] == until(now + HOUR)
    assert [clock.name for clock in desks["XA"].clocks(now + DAY)] == ["keep"]
    assert desks["XA"].due(now + DAY) == []
    soon = desks["XA"].due(ends["XA"] - DAY)
    assert [(clock.name, clock.standing) for clock in soon] == [("keep", Standing.SOON)]
    assert [clock.standing for clock in desks["XA"].due(ends["XA"])] == [Standing.LATE]


def test_an_extension_moves_the_end_and_must_be_asked_for_before_it(kept, make, now):
    desks, carry, request, _answer = kept
    end = until(now + HOUR)
    asked = make("extension", regarding=request.id, sent=end - HOUR)
    carry(asked, insist=False)
    carry(asked.answer(Confirmed(done="Renewed.", until=asked.body.until), at=end - HOUR), insist=False)
    assert desks["XA"].case_of(request.id).preservation.ends() == asked.body.until
    late = make("extension", regarding=request.id, sent=asked.body.until)
    with pytest.raises(ActRefused) as refused:
        carry(late)
    assert (refused.value.findings[0].code, refused.value.findings[0].provisions) == ("too-late", ("42(9)",))


def test_a_second_confirmation_can_promise_more_but_takes_nothing_back(two_desks, make, now):
    desks, carry = two_desks
    request = make("preservation-request")
    carry(request)
    question = request.answer(make("more-information").body, at=now)
    carry(question)
    supplement = question.answer(make("supplement").body, at=now + HOUR)
    carry(supplement)
    first = supplement.answer(Confirmed(done="Ordered.", until=now + 90 * DAY), at=now + 2 * HOUR)
    carry(first, insist=False)
    case = desks["XA"].case_of(request.id)
    assert case.preservation.ends() == now + 90 * DAY
    assert case.preservation.preserved == now + 2 * HOUR


def test_a_request_for_assistance_keeps_the_data_until_it_is_decided(kept, make, now):
    desks, carry, request, _answer = kept
    notice = make("assistance-notice", regarding=request.id, sent=now + 2 * DAY)
    carry(notice, insist=False)
    received = notice.answer(AssistanceStatus(status="received", at=now + 50 * DAY), at=now + 50 * DAY)
    carry(received, insist=False)
    case = desks["XA"].case_of(request.id)
    assert case.preservation.ends() is None
    assert [clock.standing for clock in desks["XA"].clocks(now + 300 * DAY) if clock.name == "keep"] == [
        Standing.OPEN
    ]
    decided = notice.answer(AssistanceStatus(status="granted", at=now + 300 * DAY), at=now + 300 * DAY)
    carry(decided, insist=False)
    assert case.preservation.ends() == now + 300 * DAY
    assert case.status is Status.DECIDED


def test_a_warning_waits_for_the_decision_of_the_asking_state(two_desks, make, now):
    desks, carry = two_desks
    request = make("preservation-request")
    case = carry(request).case
    warning = request.answer(make("preservation-warning").body, at=now + HOUR)
    carry(warning, insist=False)
    assert case.status is Status.WARNED
    assert [entry.message for entry in desks["XA"].triage(now)] == [warning]
    assert desks["XC"].triage(now) == []
    stop = warning.answer(replace(make("decision-on-warning").body, decision="stop"), at=now + 2 * HOUR)
    carry(stop, insist=False)
    assert case.status is Status.STOPPED
    assert not kinds(desks["XC"].allowed(case, now + 3 * HOUR)) & {"confirmed", "refused"}


def test_an_order_at_home_has_its_own_clock_and_must_be_renewed_when_the_preservation_outlasts_it(
    two_desks, make, now
):
    desks, carry = two_desks
    request = make("preservation-request", sender="XC", recipient="XA")
    case = carry(request).case
    desks["XA"].note(case, what="order", text="Havnmail", at=now + HOUR)
    far = now + 130 * DAY
    carry(request.answer(Confirmed(done="Ordered.", until=far), at=now + HOUR), insist=False)
    names = [clock.name for clock in desks["XA"].clocks(now + DAY)]
    assert names.index("renew") < names.index("order") < names.index("keep")
    with pytest.raises(ActRefused):
        desks["XA"].note(case, what="renewed", at=now + 2 * DAY)  # too early: the law asks for a fresh look
    desks["XA"].note(case, what="renewed", at=now + 85 * DAY)
    assert [clock.name for clock in desks["XA"].clocks(now + 86 * DAY)] == ["keep", "order"]
    assert len(case.orders) == 2


def test_only_the_state_that_was_asked_orders_the_holder(two_desks, make, now):
    desks, carry = two_desks
    carry(make("preservation-request"))
    mine = desks["XA"].cases["XA-2026-0001"]
    with pytest.raises(ActRefused):
        desks["XA"].note(mine, what="order", at=now)
    with pytest.raises(UsageError):
        desks["XA"].note(mine, what="gossip", at=now)
    assert [event["event"] for event in desks["XA"].events] == ["sent"]


def test_a_third_state_cannot_move_a_case_by_naming_its_message(kept, make, directory, identities, now):
    desks, _carry, request, _answer = kept
    status = AssistanceStatus(status="withdrawn", at=now)
    foreign = Message(sender="XD", recipient="XA", sent=now + DAY, regarding=request.id, body=status)
    opened = open_envelope(seal(foreign, identities["XD"]), directory=directory, desk="XA", at=now + DAY)
    receipt = desks["XA"].receive(opened)
    assert receipt.case is not desks["XA"].case_of(request.id)
    assert "wrong-correspondent" in [one.code for one in receipt.remarks]
    assert desks["XA"].case_of(request.id).preservation.decided is None


def test_the_asking_desk_cannot_confirm_its_own_request(two_desks, make, directory, identities, now):
    desks, carry = two_desks
    request = make("preservation-request")
    carry(request)
    trick = Message(sender="XA", recipient="XC", sent=now, regarding=request.id, body=make("confirmed").body)
    opened = open_envelope(seal(trick, identities["XA"]), directory=directory, desk="XC", at=now)
    case = desks["XC"].receive(opened).case
    assert case.preservation is None
    assert case.status is Status.NEW


def test_an_answer_to_a_message_that_nobody_has_lies_in_a_file_of_its_own(
    two_desks, make, directory, identities, now
):
    desks, _carry = two_desks
    stray = make("confirmed", sender="XC", recipient="XA")
    opened = open_envelope(seal(stray, identities["XC"]), directory=directory, desk="XA", at=now)
    case = desks["XA"].receive(opened).case
    assert case.preservation is None
    assert desks["XA"].clocks(now) == []


def test_triage_puts_life_first_then_what_vanishes_then_what_is_urgent(two_desks, make, now):
    desks, carry = two_desks
    base = {"sender": "XC", "recipient": "XA"}
    quiet = make("technical-advice", **base)
    marked = make("technical-advice", urgency="urgent", sent=now + HOUR, **base)
    later = make("preservation-request", **base)
    sooner = later.but(body=replace(later.body, vanishes=now + 5 * HOUR), sent=now + 2 * HOUR)
    life = make("emergency-data", sent=now + 3 * HOUR, **base)
    for message in (quiet, marked, later, sooner, life):
        carry(message)
    assert [entry.message for entry in desks["XA"].triage(now)] == [life, sooner, later, marked, quiet]


def test_what_was_opened_is_not_unread_any_more(two_desks, make, now):
    desks, carry = two_desks
    receipt = carry(make("preservation-request"))
    assert [entry.message.id for entry in desks["XC"].unread] == [receipt.message.id]
    desks["XC"].note(receipt.case, what="read", text=receipt.message.id, at=now)
    assert desks["XC"].unread == []


def test_a_desk_is_after_a_restart_as_it_was(kept, make, directory, now):
    desks, _carry, request, _answer = kept
    case = desks["XC"].case_of(request.id)
    desks["XC"].note(case, what="order", at=now + HOUR)
    desks["XC"].note(case, what="read", text=request.id, at=now + HOUR)
    for desk in (desks["XA"], desks["XC"]):
        stored = json.loads(json.dumps(desk.to_json()))
        again = Desk.from_json(stored, directory=directory)
        assert again.to_json() == desk.to_json()
        later = now + 3 * DAY
        assert again.clocks(later) == desk.clocks(later)
        assert [one.status for one in again.cases.values()] == [one.status for one in desk.cases.values()]
        assert [entry.message.id for entry in again.unread] == [entry.message.id for entry in desk.unread]
        for number, one in desk.cases.items():
            assert again.allowed(again.cases[number], later) == desk.allowed(one, later)


def test_an_answer_sent_again_is_the_same_envelope_and_no_second_answer(kept, identities, now):
    desks, _carry, _request, answer = kept
    before = len(desks["XC"].events)
    again = desks["XC"].send(answer, signer=identities["XC"], at=now + DAY)
    assert again.to_json() == desks["XC"].events[-1]["envelope"]
    assert len(desks["XC"].events) == before


def test_a_note_that_todays_law_would_refuse_stays_in_the_record(kept, directory, now):
    desks, _carry, request, _answer = kept
    events = list(desks["XC"].events)
    number = desks["XC"].case_of(request.id).number
    events.append({"at": now.isoformat(), "case": number, "event": "noted", "text": "", "what": "renewed"})
    again = Desk.replay("XC", events, directory=directory)
    assert again.events == events
    assert [note.what for note in again.cases[number].notes] == ["renewed"]
    assert again.cases[number].orders == []


def test_the_events_of_a_desk_are_records_of_a_log(kept, directory, tmp_path, now):
    desks = kept[0]
    path = tmp_path / "XC.jsonl"
    with LogFile.open(path, kind="desk-log", owner="XC") as log:
        log.extend([(event, now) for event in desks["XC"].events])
    assert verify(path.read_bytes(), kind="desk-log", owner="XC") == []
    records = [line.record for line in Chain.from_bytes(path.read_bytes()).lines]
    assert Desk.replay("XC", records, directory=directory).to_json() == desks["XC"].to_json()


@pytest.mark.parametrize(
    "event", [{}, {"event": "sent"}, {"event": "flew", "at": "2026-05-04T09:30:00+00:00"}]
)
def test_what_is_no_event_is_refused(event, directory):
    with pytest.raises(UsageError):
        Desk("XA", directory=directory).apply(event)


def test_a_message_for_another_desk_is_not_taken_in(two_desks, make, directory, identities, now):
    desks, _carry = two_desks
    opened = open_envelope(seal(make("preservation-request"), identities["XA"]), directory=directory, at=now)
    with pytest.raises(ActRefused):
        desks["XD"].receive(opened)
