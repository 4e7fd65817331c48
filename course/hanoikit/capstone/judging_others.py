"""What Brevania, Corvessa and Deltara did with what they were asked, judged over a record.

>>> keeps(element, record).asked          # False when nobody asked them
False
"""

from __future__ import annotations

from datetime import timedelta

from hanoikit.capstone.judging_parts import (
    YES,
    Judged,
    Test,
    deadline,
    documents_of,
    errors_in,
    first_error,
    ran_out,
    when,
)
from hanoikit.capstone.plan import ElementPlan
from hanoikit.capstone.record import Record, Sent
from hanoikit.i18n import _
from hanoikit.network.messages import Confirmed, Partly, PreservationRequest

FLOOR = timedelta(days=60)


def keeps(element: ElementPlan, record: Record) -> Judged:
    given, gone = element.given, deadline(element)
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
                _("Confirmed at {at}.").format(at=when(kept.at)) if kept else _("It was not confirmed."),
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
        kept.at if kept else ran_out(gone, record),
        kept.message.id if kept else "",
    )


def removes(element: ElementPlan, record: Record) -> Judged:
    given = element.given
    sent = [
        one for sender in given["from"] for one in documents_of(record, sender, given["kind"], [element.team])
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


def court(element: ElementPlan, record: Record) -> Judged:
    senders = element.given["from"]
    requests = [
        one
        for sender in senders
        for one in documents_of(record, sender, "assistance-request", [element.team])
        if one.by != "story"
    ]
    packages = [
        one for sender in senders for one in documents_of(record, sender, "evidence-package", [element.team])
    ]
    if not requests and not packages:
        return Judged((), asked=False)
    tests = []
    decisive: Sent | None = None
    if requests:
        sound = [one for one in requests if not errors_in(one)]
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
                _("Answered at {at}.").format(at=when(answers[0].at))
                if answers
                else _("A sound request is granted; a gap is asked about."),
                ("40(1)", "40(16)"),
            )
        )
    for one in packages:
        holds = not errors_in(one)
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


def freezes(element: ElementPlan, record: Record) -> Judged:
    given, leaves = element.given, deadline(element)
    sent = [
        one
        for sender in given["from"]
        for one in documents_of(record, sender, "freeze-request", [element.team])
        if one.at < leaves
    ]
    if not sent:
        return Judged((), asked=False)
    sound = [one for one in sent if not errors_in(one)]
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
                    first_error(sent[0]),
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
                _("Frozen at {at}.").format(at=when(in_time[0].at))
                if in_time
                else _("The money could leave at {at}.").format(at=when(leaves)),
                ("49(2)",),
            ),
        ),
        first.at if first else leaves,
        first.message.id if first else "",
    )


def returns(element: ElementPlan, record: Record) -> Judged:
    sent = [
        one
        for sender in element.given["from"]
        for one in documents_of(record, sender, "return-request", [element.team])
    ]
    if not sent:
        return Judged((), asked=False)
    sound = [one for one in sent if not errors_in(one)]
    wanted = YES if sound else ("more-information", "partly", "refused")
    answers = [
        one for each in sound or sent for one in record.answers(each.message.id, [element.team], *wanted)
    ]
    return Judged(
        (
            Test(
                _("A final order with a sound request was carried out; a gap was asked about"),
                bool(answers),
                _("Answered at {at}.").format(at=when(answers[0].at))
                if answers
                else _("It was not answered so."),
                ("49(1)(a)", "52(2)"),
            ),
        ),
        answers[0].at if answers else None,
        answers[0].message.id if answers else "",
    )
