"""What a record is asked, element by element: small yes-or-no tests, each with its reason and provision.

>>> found = judge(plan().elements[0], record)
>>> [(test.label, test.met) for test in found.tests]
[('The request went to the desk in Porto Lune in time', True), ...]

Outcomes come first: a perfect request that arrives after the deletion preserves nothing. Prose is never marked by its
words. An element that nobody gave the team a chance to meet is not asked (``asked`` False), and counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.capstone import products
from hanoikit.capstone.plan import ElementPlan, MatterPlan, plan
from hanoikit.capstone.record import Record, Sent
from hanoikit.errors import HanoiKitError
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.checking import validate
from hanoikit.network.clock import span
from hanoikit.network.marking import CaseTruth, best
from hanoikit.network.messages import Confirmed, Document, Partly, PreservationRequest, Refused

YES = ("confirmed", "partly")
FLOOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Test:
    """One question to the record, with its answer and the reason."""

    label: str
    met: bool
    reason: str
    provisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The tests of one element; ``moment`` is when it was decided, ``message`` by which message."""

    tests: tuple[Test, ...]
    moment: datetime | None = None
    message: str = ""
    asked: bool = True


def judge(element: ElementPlan, record: Record) -> Judged:
    """The tests of an element over a record."""
    return _CHECKS[element.check](element, record)


# what Aldermark does


def _preserved(element: ElementPlan, record: Record) -> Judged:
    given, gone = element.given, _moment(element)
    desks = tuple(given["to"])
    truth = CaseTruth.from_json(given["truth"])
    outbox = [one.message for one in record.from_(element.team, "preservation-request", to=desks)]
    message, found = best(outbox, truth)
    parts = {one.element: one for one in found}
    early = message is not None and bool(outbox) and parts["to"].met and parts["sent"].met
    rest = [one for name, one in parts.items() if name not in ("to", "sent", "data")]
    missing = [one for one in rest if not one.met]
    kept = _kept(record, outbox, desks, gone)
    there = message is not None and bool(outbox)
    return Judged(
        (
            Test(
                _("It was asked for at the desk that could act, in time"),
                early,
                parts["sent"].reason
                if early
                else (parts["to"].reason if there else _("No request was sent there.")),
                ("42(1)",),
            ),
            Test(
                _("The data are named so that the holder finds them"),
                there and parts["data"].met,
                parts["data"].reason,
                ("42(3)(c)",),
            ),
            Test(
                _("Nothing that the Convention asks for is missing"),
                there and not missing,
                missing[0].reason if missing else _("Every element is there."),
                ("42(3)",),
            ),
            Test(
                _("The other State confirmed it before the data were gone"),
                kept is not None,
                _("Confirmed at {at}.").format(at=_when(kept.at))
                if kept
                else _("No confirmation came in time."),
                ("42(4)",),
            ),
        ),
        kept.at if kept else _ran_out(gone, record),
        kept.message.id if kept else (message.id if there and message else ""),
    )


def _granted(element: ElementPlan, record: Record) -> Judged:
    name = element.given["inject"]
    root = record.injects.get(name)
    if root is None:
        return Judged((), asked=False)
    given_at = record.by_id[root].at
    due = given_at + span(element.given["within"])
    all_answers = record.answers(root, [element.team], "confirmed", "partly", "refused")
    right = [one for one in all_answers if one.message.kind in element.given["kinds"]]
    first = right[0] if right else None
    refused = next((one for one in all_answers if one.message.kind == "refused"), None)
    granted = first is not None and (refused is None or first.at <= refused.at)
    clean = granted and first is not None and not _faults(first, record)
    if granted:
        said = _("The answer was yes.")
    elif refused is not None:
        said = _("It was refused.")
    elif all_answers:
        said = _("Less was given than was asked, and no fact carries that.")
    else:
        said = _("There was no answer.")
    return Judged(
        (
            Test(_("What was rightly asked was given"), granted, said, element.provisions),
            Test(
                _("In time"),
                granted and first is not None and first.at <= due,
                _("Answered at {at}; it was needed until {due}.").format(at=_when(first.at), due=_when(due))
                if granted and first is not None
                else _("It was needed until {due}.").format(due=_when(due)),
                element.provisions,
            ),
            Test(
                _("No more than the law lets the desk give"),
                clean,
                _("The answer holds nothing that it may not.")
                if clean
                else (_faults(first, record) if first is not None and granted else said),
                ("41(3)", "44(1)"),
            ),
        ),
        first.at if first else (refused.at if refused else due),
        first.message.id if first else (refused.message.id if refused else ""),
    )


def _refused(element: ElementPlan, record: Record) -> Judged:
    name = element.given["inject"]
    root = record.injects.get(name)
    if root is None:
        return Judged((), asked=False)
    matter = plan().matters[name]
    refusals = record.answers(root, [element.team], "refused")
    gave = record.answers(root, [element.team], *YES)
    refused = bool(refusals) and not gave
    body = refusals[0].message.body if refusals else None
    ground = body.ground if isinstance(body, Refused) else ""
    if gave:
        said = _("It was granted at {at}.").format(at=_when(gave[0].at))
    else:
        said = (
            _("It was refused.")
            if refused
            else _("There was no answer. Silence is no refusal: nobody can check it.")
        )
    carried = refused and ground in matter.grounds
    reasons = refused and isinstance(body, Refused) and bool(body.reasons.strip())
    decisive = _first(gave, refusals)
    return Judged(
        (
            Test(_("It was refused, and nothing was given"), refused, said, element.provisions),
            Test(
                _("On a ground that the facts carry"),
                carried,
                _("Ground: {ground}.").format(ground=ground or "–")
                if not refused or carried
                else _("The ground {ground} is not what the facts show; {right} is.").format(
                    ground=ground or "–", right=", ".join(matter.grounds)
                ),
                matter.grounds,
            ),
            Test(
                _("With reasons"),
                reasons,
                _("The reasons are stated.") if reasons else _("A State that refuses gives its reasons."),
                ("40(25)",),
            ),
        ),
        decisive.at if decisive else None,
        decisive.message.id if decisive else "",
    )


def _narrowed(element: ElementPlan, record: Record) -> Judged:
    name = element.given["inject"]
    root = record.injects.get(name)
    if root is None:
        return Judged((), asked=False)
    matter = plan().matters[name]
    answers = record.answers(root, [element.team], "confirmed", "partly", "refused")
    first = answers[0] if answers else None
    partly = first is not None and first.message.kind == "partly"
    decisions = record.decisions(element.team, name)
    named = decisions[-1][1].parts if decisions else ()
    right_parts = partly and set(named) == set(matter.kept)
    words = {
        "confirmed": _("Everything was given."),
        "refused": _("Everything was refused."),
        "partly": _("A part was given."),
    }
    said = words[first.message.kind] if first is not None else _("There was no answer.")
    return Judged(
        (
            Test(_("A part was given, and a part was not"), partly, said, ("40(28)",)),
            Test(
                _("The parts that answer the case: {parts}").format(parts=", ".join(matter.kept)),
                right_parts,
                _("Named in the decision: {parts}.").format(parts=", ".join(named) or "–"),
                ("24(1)", "40(15)(d)"),
            ),
        ),
        first.at if first else None,
        first.message.id if first else "",
    )


def _frozen(element: ElementPlan, record: Record) -> Judged:
    given, leaves = element.given, _moment(element)
    desks = tuple(given["to"])
    sent = _documents(record, element.team, "freeze-request", desks)
    sound = [one for one in sent if not _errors(one)]
    chosen = _first(sound, sent)
    request = _content(chosen).get("request", {}) if chosen else {}
    amount = _whole(request.get("amount"))
    measured = bool(sound) and amount == given["amount"]
    third = bool(sound) and given["third"].lower() in str(request.get("third_parties", "")).lower()
    stopped = [
        answer
        for one in sound
        for answer in record.answers(one.message.id, desks, *YES)
        if answer.at < leaves
    ]
    early = [one for one in sent if one.at < leaves]
    return Judged(
        (
            Test(
                _("A request with reasons went to the State where the money lay"),
                bool(early),
                _("Sent at {at}.").format(at=_when(early[0].at))
                if early
                else _("No request for a freeze was sent before Saturday."),
                ("49(2)",),
            ),
            Test(
                _("Nothing is missing in it"),
                bool(sound),
                _("It is complete.") if sound else (_first_error(sent[0]) if sent else _("There is none.")),
                ("50(3)", "40(15)"),
            ),
            Test(
                _("It names what was stolen and no more, and who else has a right"),
                measured and third,
                _("{amount} cents asked for; {right} were stolen.").format(
                    amount=amount, right=given["amount"]
                ),
                ("31(9)", "50(3)"),
            ),
            Test(
                _("The money stood still before it could leave"),
                bool(stopped),
                _("Frozen at {at}.").format(at=_when(stopped[0].at))
                if stopped
                else _("Nothing was decided there before {at}.").format(at=_when(leaves)),
                ("49(2)",),
            ),
        ),
        stopped[0].at if stopped else _ran_out(leaves, record),
        stopped[0].message.id if stopped else (chosen.message.id if chosen else ""),
    )


def _victim(element: ElementPlan, record: Record) -> Judged:
    given, gone = element.given, _moment(element)
    desks = tuple(given["to"])
    root = record.injects.get(given["inject"])
    if root is None:
        return Judged((), asked=False)
    decisions = record.decisions(element.team, given["inject"])
    chosen = decisions[-1][1].outcome if decisions else ""
    asked = [
        one
        for one in record.from_(element.team, "preservation-request", to=desks)
        if isinstance(one.message.body, PreservationRequest) and _names(one.message.body, given["page"])
    ]
    kept = _kept(record, [one.message for one in asked], desks, gone)
    sent = _documents(record, element.team, "removal-request", desks)
    sound = [one for one in sent if not _errors(one) and given["page"] in str(_content(one).get("page", ""))]
    removed = [answer for one in sound for answer in record.answers(one.message.id, desks, *YES)]
    ordered = bool(kept and sound) and kept is not None and sound[0].at >= kept.at
    return Judged(
        (
            Test(
                _("The report goes the right way"),
                chosen == given["route"],
                _("Route in the case file: {route}.").format(route=chosen or "–"),
                ("16(1)", "16(4)"),
            ),
            Test(
                _("Page and log were preserved before they vanished"),
                kept is not None,
                _("Confirmed at {at}.").format(at=_when(kept.at))
                if kept
                else _("No confirmation came in time."),
                ("25(1)", "42(1)"),
            ),
            Test(
                _("The removal was asked for with hashes, and after the preservation"),
                ordered,
                _("Asked for at {at}.").format(at=_when(sound[0].at))
                if ordered
                else (
                    _("It was asked for before anything was preserved.")
                    if sound
                    else (_first_error(sent[0]) if sent else _("Nobody asked for it."))
                ),
                ("34(6)",),
            ),
            Test(
                _("The images are gone"),
                bool(removed),
                _("Removed at {at}.").format(at=_when(removed[0].at))
                if removed
                else _("They still stand there."),
                ("34(6)",),
            ),
        ),
        removed[0].at if removed else (kept.at if kept else _ran_out(gone, record)),
        removed[0].message.id if removed else (kept.message.id if kept else ""),
    )


def _assistance(element: ElementPlan, record: Record) -> Judged:
    from hanoikit.cooperation import from_json

    desks = tuple(element.given["to"])
    sent = _documents(record, element.team, "assistance-request", desks)
    sound = [one for one in sent if not _errors(one)]
    chosen = _first(sound, sent)
    narrow = False
    if sound and chosen is not None:
        request = from_json(_content(chosen))
        lines = [line for measure in request.measures for line in measure.data]
        narrow = bool(lines) and all(
            any(name in line.identifier for name in element.given["identifiers"])
            and line.category != "content"
            for line in lines
        )
    return Judged(
        (
            Test(
                _("The request followed, and is complete"),
                bool(sound),
                _("It is complete.")
                if sound
                else (_first_error(sent[0]) if sent else _("No request was sent.")),
                ("40(15)",),
            ),
            Test(
                _("It asks for the one log, and for no more"),
                narrow,
                _("It names the account.")
                if narrow
                else _("What is asked for is not this log, or is more than this log."),
                ("24(1)", "40(15)(d)"),
            ),
        ),
        chosen.at if chosen else None,
        chosen.message.id if chosen else "",
    )


def _package_out(element: ElementPlan, record: Record) -> Judged:
    desks = tuple(element.given["to"])
    sent = _documents(record, element.team, "evidence-package", desks)
    sound = [one for one in sent if not _errors(one)]
    spoilt = [one for one in sent if _errors(one)]
    return Judged(
        (
            Test(
                _("A file was handed over with signed root and proof, and they fit"),
                bool(sound),
                _("The receiver can check it without the other files.")
                if sound
                else (_first_error(spoilt[0]) if spoilt else _("Nothing was handed over.")),
                ("40(13)", "40(14)"),
            ),
            Test(
                _("Nothing was handed over that does not hold"),
                bool(sound) and not spoilt,
                _("Every package holds.") if not spoilt else _first_error(spoilt[0]),
                ("40(13)",),
            ),
        ),
        sound[0].at if sound else (spoilt[0].at if spoilt else None),
        (sound or spoilt)[0].message.id if sent else "",
    )


def _tampered(element: ElementPlan, record: Record) -> Judged:
    bad, good = (record.injects.get(element.given[name]) for name in ("altered", "sound"))
    if bad is None:
        return Judged((), asked=False)
    relied = record.answers(bad, [element.team], *YES)
    asked = record.answers(bad, [element.team], "more-information", "refused")
    noticed = bool(asked) and not relied
    accepted = record.answers(good, [element.team], "confirmed") if good else []
    rejected = record.answers(good, [element.team], "refused") if good else []
    tests = [
        Test(
            _("The spoilt copy was not relied on, and was asked for again"),
            noticed,
            _("Relied on at {at}.").format(at=_when(relied[0].at))
            if relied
            else (
                _("Asked again at {at}.").format(at=_when(asked[0].at))
                if asked
                else _("Nobody said anything.")
            ),
            ("40(13)", "40(16)"),
        )
    ]
    if good is not None:
        tests.append(
            Test(
                _("The sound copy was accepted, and nothing else"),
                bool(accepted) and not rejected and not relied,
                _("It was refused, though it holds.")
                if rejected
                else _("Accepted: {yes}.").format(yes=_("yes") if accepted else _("no")),
                ("40(14)",),
            )
        )
    decisive = _first(relied, asked)
    return Judged(tuple(tests), decisive.at if decisive else None, decisive.message.id if decisive else "")


def _returned(element: ElementPlan, record: Record) -> Judged:
    from hanoikit.recovery import Claim, distribute

    given = element.given
    desks = tuple(given["to"])
    sent = _documents(record, element.team, "return-request", desks)
    chosen = sent[-1] if sent else None
    content = _content(chosen) if chosen else {}
    sound = chosen is not None and not _errors(chosen)
    amount = (
        _whole(content.get("request", {}).get("amount")) if isinstance(content.get("request"), dict) else 0
    )
    due = distribute(
        given["recovered"],
        [Claim(who, loss=loss) for who, loss in given["claims"].items()],
        expenses=given["expenses"],
    )
    right = {payment.who: due.to(payment.who) for payment in due.payments}
    stated = content.get("payments", {})
    paid = {who: _whole(sum_) for who, sum_ in stated.items()} if isinstance(stated, dict) else {}
    shared = chosen is not None and {who: sum_ for who, sum_ in paid.items() if sum_} == right
    answered = record.answers(chosen.message.id, desks, *YES) if chosen and sound else []
    total = sum(right.values()) - right.get("requested-state", 0)
    return Judged(
        (
            Test(
                _("The return was asked for on the final order"),
                sound and amount == given["amount"],
                _("The request is complete.")
                if sound
                else (_first_error(chosen) if chosen else _("Nobody asked for it.")),
                ("49(1)(a)", "50(3)"),
            ),
            Test(
                _("Who gets what: victims first, by their losses"),
                shared,
                _("{total} cents to the victims, {own} to Deltara for its expenses.").format(
                    total=total, own=right.get("requested-state", 0)
                )
                if shared
                else _("The rule gives: {rule}.").format(
                    rule=", ".join(f"{who} {sum_}" for who, sum_ in right.items())
                ),
                ("52(2)", "52(4)"),
            ),
            Test(
                _("The money is back"),
                bool(answered) and shared,
                _("Given back at {at}.").format(at=_when(answered[0].at))
                if answered
                else _("Nothing came back."),
                ("52(2)",),
            ),
        ),
        answered[0].at if answered else (chosen.at if chosen else None),
        answered[0].message.id if answered else (chosen.message.id if chosen else ""),
    )


def _decisions(element: ElementPlan, record: Record) -> Judged:
    tests = []
    for name in element.given["matters"]:
        if name in record.injects:
            tests.append(_reasoned(plan().matters[name], element.team, record))
    return Judged(tuple(tests), asked=bool(tests))


def _reasoned(matter: MatterPlan, team: str, record: Record) -> Test:
    """Whether the case file says what was decided, on facts and provisions that carry it."""
    label = _("The file says what was decided, and why: {title}").format(title=matter.title)
    found = record.decisions(team, matter.id)
    if not found:
        return Test(label, False, _("No decision stands in the case file."), ("40(25)",))
    decision = found[-1][1]
    named = tuple(dict.fromkeys(_SAME.get(one, one) for one in decision.facts))
    carrying = [one for one in named if one in matter.carry]
    beside = [one for one in named if one not in matter.carry]
    carried = [one for one in decision.provisions if _fits(one, matter.provisions)]
    other = [one for one in decision.provisions if not _fits(one, matter.provisions)]
    if decision.outcome not in matter.outcomes:
        text = _("The facts do not lead to this decision.")
    elif not carrying or len(beside) > len(carrying):
        text = _("It rests on fact {facts}.").format(facts=", ".join(matter.carry))
    elif not carried or len(other) > len(carried):
        text = _("A provision that carries it: {provisions}.").format(provisions=", ".join(matter.provisions))
    else:
        return Test(
            label,
            True,
            _("Facts {facts}; {provisions}.").format(
                facts=", ".join(carrying), provisions=", ".join(carried)
            ),
            ("40(25)",),
        )
    return Test(label, False, text, ("40(25)",))


_SAME = {"hash": "digest", "sha256": "digest", "content": "digest", "seal": "proof", "root": "proof"}
"""Other words that people write for the parts of a message."""


def _fits(given: str, known: Iterable[str]) -> bool:
    """Whether a provision names one of these or a part of it: 40(21)(c) and 40(21) both do."""
    return any(given == one or one.startswith(given + "(") or given.startswith(one + "(") for one in known)


# what the other teams do


def _keeps(element: ElementPlan, record: Record) -> Judged:
    given, gone = element.given, _moment(element)
    asked = [
        one
        for sender in given["from"]
        for one in record.from_(sender, "preservation-request", to=[element.team])
        if isinstance(one.message.body, PreservationRequest)
        and given["holder"].lower() in f"{one.message.body.custodian} {one.message.body.location}".lower()
        and one.at < gone
    ]
    if not asked:
        return Judged((), asked=False)
    root = asked[0].message.id
    answers = record.answers(root, [element.team], *YES, "refused")
    kept = next((one for one in answers if one.message.kind in YES), None)
    body = kept.message.body if kept else None
    long_enough = (
        isinstance(body, Confirmed | Partly)
        and body.until is not None
        and kept is not None
        and body.until >= kept.message.sent + FLOOR - timedelta(hours=1)
    )
    ordered = any(
        note.desk == element.team and note.what == "order" and note.root == root for note in record.notes
    )
    return Judged(
        (
            Test(
                _("It was confirmed before the data were gone"),
                kept is not None and kept.at < gone,
                _("Confirmed at {at}.").format(at=_when(kept.at)) if kept else _("It was not confirmed."),
                ("42(4)",),
            ),
            Test(
                _("For at least sixty days"),
                long_enough,
                _("Stated in the confirmation.")
                if long_enough
                else _("The confirmation names no such time."),
                ("42(8)",),
            ),
            Test(
                _("The holder was ordered, and the file says so"),
                ordered,
                _("Noted.") if ordered else _("No order stands in the file."),
                ("25(2)",),
            ),
        ),
        kept.at if kept else _ran_out(gone, record),
        kept.message.id if kept else "",
    )


def _removes(element: ElementPlan, record: Record) -> Judged:
    given = element.given
    sent = [
        one for sender in given["from"] for one in _documents(record, sender, given["kind"], [element.team])
    ]
    if not sent:
        return Judged((), asked=False)
    answers = [one for each in sent for one in record.answers(each.message.id, [element.team], *YES)]
    kept = [
        answer
        for sender in given["from"]
        for one in record.from_(sender, "preservation-request", to=[element.team])
        for answer in record.answers(one.message.id, [element.team], *YES)
    ]
    after = bool(answers and kept) and min(one.at for one in kept) <= answers[0].at
    return Judged(
        (
            Test(
                _("The images were removed"),
                bool(answers),
                _("Confirmed.") if answers else _("It was not confirmed."),
                ("34(6)",),
            ),
            Test(
                _("Not before they were preserved"),
                after,
                _("In this order.") if after else _("There was nothing preserved before."),
                ("25(1)",),
            ),
        ),
        answers[0].at if answers else None,
        answers[0].message.id if answers else "",
    )


def _court(element: ElementPlan, record: Record) -> Judged:
    senders = element.given["from"]
    requests = [
        one
        for sender in senders
        for one in _documents(record, sender, "assistance-request", [element.team])
        if one.by != "story"
    ]
    packages = [
        one for sender in senders for one in _documents(record, sender, "evidence-package", [element.team])
    ]
    if not requests and not packages:
        return Judged((), asked=False)
    tests = []
    decisive: Sent | None = None
    if requests:
        sound = [one for one in requests if not _errors(one)]
        wanted = YES if sound else ("more-information", "partly", "refused")
        answers = [
            one
            for each in sound or requests
            for one in record.answers(each.message.id, [element.team], *wanted)
        ]
        decisive = answers[0] if answers else None
        tests.append(
            Test(
                _("The request was answered as it deserved"),
                bool(answers),
                _("Answered at {at}.").format(at=_when(answers[0].at))
                if answers
                else _("A sound request is granted; a gap is asked about."),
                ("40(1)", "40(16)"),
            )
        )
    for one in packages:
        holds = not _errors(one)
        relied = record.answers(one.message.id, [element.team], *YES)
        doubted = record.answers(one.message.id, [element.team], "more-information", "refused")
        right = bool(relied) and not doubted if holds else bool(doubted) and not relied
        tests.append(
            Test(
                _("The package was checked before it was relied on"),
                right,
                _("It holds.") if holds else _("It does not hold."),
                ("40(13)", "40(16)"),
            )
        )
    return Judged(tuple(tests), decisive.at if decisive else None, decisive.message.id if decisive else "")


def _freezes(element: ElementPlan, record: Record) -> Judged:
    given, leaves = element.given, _moment(element)
    sent = [
        one
        for sender in given["from"]
        for one in _documents(record, sender, "freeze-request", [element.team])
        if one.at < leaves
    ]
    if not sent:
        return Judged((), asked=False)
    sound = [one for one in sent if not _errors(one)]
    if not sound:
        asked = [
            one
            for each in sent
            for one in record.answers(
                each.message.id, [element.team], "more-information", "partly", "refused"
            )
        ]
        gave = [one for each in sent for one in record.answers(each.message.id, [element.team], "confirmed")]
        right = bool(asked) and not gave
        return Judged(
            (
                Test(
                    _("More was asked for than was stolen: not frozen as it stood"),
                    right,
                    _first_error(sent[0]),
                    ("31(9)", "50(3)"),
                ),
            ),
            asked[0].at if asked else None,
            asked[0].message.id if asked else "",
        )
    answers = [one for each in sound for one in record.answers(each.message.id, [element.team], *YES)]
    in_time = [one for one in answers if one.at < leaves]
    first = answers[0] if answers else None
    return Judged(
        (
            Test(
                _("The money was frozen"),
                bool(answers),
                _("Confirmed.") if answers else _("It was not confirmed."),
                ("49(2)",),
            ),
            Test(
                _("Before it could leave"),
                bool(in_time),
                _("Frozen at {at}.").format(at=_when(in_time[0].at))
                if in_time
                else _("The money could leave at {at}.").format(at=_when(leaves)),
                ("49(2)",),
            ),
        ),
        first.at if first else leaves,
        first.message.id if first else "",
    )


def _returns(element: ElementPlan, record: Record) -> Judged:
    sent = [
        one
        for sender in element.given["from"]
        for one in _documents(record, sender, "return-request", [element.team])
    ]
    if not sent:
        return Judged((), asked=False)
    sound = [one for one in sent if not _errors(one)]
    wanted = YES if sound else ("more-information", "partly", "refused")
    answers = [
        one for each in sound or sent for one in record.answers(each.message.id, [element.team], *wanted)
    ]
    return Judged(
        (
            Test(
                _("A final order with a sound request was carried out; a gap was asked about"),
                bool(answers),
                _("Answered at {at}.").format(at=_when(answers[0].at))
                if answers
                else _("It was not answered so."),
                ("49(1)(a)", "52(2)"),
            ),
        ),
        answers[0].at if answers else None,
        answers[0].message.id if answers else "",
    )


# small questions


def _first(*lists: list[Sent]) -> Sent | None:
    """The first of the first list that holds something."""
    return next((one[0] for one in lists if one), None)


def _ran_out(moment: datetime, record: Record) -> datetime | None:
    """The moment at which it was too late, if the story reached it."""
    return moment if record.until >= moment else None


def _moment(element: ElementPlan) -> datetime:
    return plan().moments[element.given["before"]]


def _kept(record: Record, requests: Iterable[Any], desks: Iterable[str], before: datetime) -> Sent | None:
    """The first confirmation of one of these requests that came before this moment."""
    found = [
        answer
        for message in requests
        for answer in record.answers(message.id, desks, *YES)
        if answer.at < before
    ]
    return min(found, key=lambda one: one.at, default=None)


def _documents(record: Record, sender: str, kind: str, to: Iterable[str]) -> list[Sent]:
    return [
        one
        for one in record.from_(sender, "document", to=to)
        if isinstance(one.message.body, Document) and one.message.body.document == kind
    ]


def _errors(one: Sent) -> tuple[Any, ...]:
    body = one.message.body
    assert isinstance(body, Document)
    return products.errors(body.document, body.content, digest=body.digest)


def _first_error(one: Sent) -> str:
    found = _errors(one)
    return str(found[0].message) if found else ""


def _content(one: Sent | None) -> Mapping[str, Any]:
    body = one.message.body if one is not None else None
    try:
        value = json.loads(body.content) if isinstance(body, Document) else {}
    except (ValueError, RecursionError):
        value = {}
    return value if isinstance(value, dict) else {}


def _whole(value: Any) -> int:
    try:
        return int(str(value).replace(" ", "").replace(",", ""))
    except ValueError:
        return 0


def _names(body: PreservationRequest, page: str) -> bool:
    return any(page in line.identifier for line in body.data) or page in body.facts or page in body.link


def _faults(one: Sent, record: Record) -> str:
    """What an answer says that the Convention or the State's law does not allow; empty for nothing."""
    about = record.by_id.get(one.message.regarding)
    try:
        found = validate(one.message, directory=record.directory, about=about.message if about else None)
    except HanoiKitError as error:
        return str(error)
    return " ".join(str(each) for each in found if each.severity == "error")


def _when(moment: datetime) -> str:
    """The time on the clocks of Fjordholm."""
    here = moment.astimezone(ZoneInfo(tables.rules("XA").zone))
    return _("{moment} in Fjordholm").format(moment=f"{here:%Y-%m-%d, %H:%M}")


_CHECKS: Mapping[str, Callable[[ElementPlan, Record], Judged]] = {
    "preserved": _preserved,
    "granted": _granted,
    "refused": _refused,
    "narrowed": _narrowed,
    "frozen": _frozen,
    "victim": _victim,
    "assistance": _assistance,
    "package_out": _package_out,
    "tampered": _tampered,
    "returned": _returned,
    "decisions": _decisions,
    "keeps": _keeps,
    "removes": _removes,
    "court": _court,
    "freezes": _freezes,
    "returns": _returns,
}
