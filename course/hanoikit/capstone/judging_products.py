"""What came of Aldermark's documents: the freeze, the nurse's images, the evidence, the return, judged over a record.

>>> [test.met for test in frozen(element, record).tests]
[True, True, True, False]
"""

from __future__ import annotations

from hanoikit.capstone.judging_parts import (
    YES,
    Judged,
    Test,
    content_of,
    deadline,
    documents_of,
    errors_in,
    first_confirmation,
    first_error,
    first_of,
    names_page,
    ran_out,
    when,
    whole_number,
)
from hanoikit.capstone.plan import ElementPlan
from hanoikit.capstone.record import Record
from hanoikit.i18n import _
from hanoikit.network.messages import PreservationRequest


def frozen(element: ElementPlan, record: Record) -> Judged:
    given, leaves = element.given, deadline(element)
    desks = tuple(given["to"])
    sent = documents_of(record, element.team, "freeze-request", desks)
    sound = [one for one in sent if not errors_in(one)]
    chosen = first_of(sound, sent)
    request = content_of(chosen).get("request", {}) if chosen else {}
    amount = whole_number(request.get("amount"))
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
                _("Sent at {at}.").format(at=when(early[0].at))
                if early
                else _("No request for a freeze was sent before Saturday."),
                ("49(2)",),
            ),
            Test(
                _("Nothing is missing in it"),
                bool(sound),
                _("It is complete.") if sound else (first_error(sent[0]) if sent else _("There is none.")),
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
                _("Frozen at {at}.").format(at=when(stopped[0].at))
                if stopped
                else _("Nothing was decided there before {at}.").format(at=when(leaves)),
                ("49(2)",),
            ),
        ),
        stopped[0].at if stopped else ran_out(leaves, record),
        stopped[0].message.id if stopped else (chosen.message.id if chosen else ""),
    )


def victim(element: ElementPlan, record: Record) -> Judged:
    given, gone = element.given, deadline(element)
    desks = tuple(given["to"])
    root = record.injects.get(given["inject"])
    if root is None:
        return Judged((), asked=False)
    decisions = record.decisions(element.team, given["inject"])
    chosen = decisions[-1][1].outcome if decisions else ""
    asked = [
        one
        for one in record.from_(element.team, "preservation-request", to=desks)
        if isinstance(one.message.body, PreservationRequest) and names_page(one.message.body, given["page"])
    ]
    kept = first_confirmation(record, [one.message for one in asked], desks, gone)
    sent = documents_of(record, element.team, "removal-request", desks)
    sound = [
        one for one in sent if not errors_in(one) and given["page"] in str(content_of(one).get("page", ""))
    ]
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
                _("Confirmed at {at}.").format(at=when(kept.at))
                if kept
                else _("No confirmation came in time."),
                ("25(1)", "42(1)"),
            ),
            Test(
                _("The removal was asked for with hashes, and after the preservation"),
                ordered,
                _("Asked for at {at}.").format(at=when(sound[0].at))
                if ordered
                else (
                    _("It was asked for before anything was preserved.")
                    if sound
                    else (first_error(sent[0]) if sent else _("Nobody asked for it."))
                ),
                ("34(6)",),
            ),
            Test(
                _("The images are gone"),
                bool(removed),
                _("Removed at {at}.").format(at=when(removed[0].at))
                if removed
                else _("They still stand there."),
                ("34(6)",),
            ),
        ),
        removed[0].at if removed else (kept.at if kept else ran_out(gone, record)),
        removed[0].message.id if removed else (kept.message.id if kept else ""),
    )


def assistance(element: ElementPlan, record: Record) -> Judged:
    from hanoikit.cooperation import from_json

    desks = tuple(element.given["to"])
    sent = documents_of(record, element.team, "assistance-request", desks)
    sound = [one for one in sent if not errors_in(one)]
    chosen = first_of(sound, sent)
    narrow = False
    if sound and chosen is not None:
        request = from_json(content_of(chosen))
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
                else (first_error(sent[0]) if sent else _("No request was sent.")),
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


def package_out(element: ElementPlan, record: Record) -> Judged:
    desks = tuple(element.given["to"])
    sent = documents_of(record, element.team, "evidence-package", desks)
    sound = [one for one in sent if not errors_in(one)]
    spoilt = [one for one in sent if errors_in(one)]
    return Judged(
        (
            Test(
                _("A file was handed over with signed root and proof, and they fit"),
                bool(sound),
                _("The receiver can check it without the other files.")
                if sound
                else (first_error(spoilt[0]) if spoilt else _("Nothing was handed over.")),
                ("40(13)", "40(14)"),
            ),
            Test(
                _("Nothing was handed over that does not hold"),
                bool(sound) and not spoilt,
                _("Every package holds.") if not spoilt else first_error(spoilt[0]),
                ("40(13)",),
            ),
        ),
        sound[0].at if sound else (spoilt[0].at if spoilt else None),
        (sound or spoilt)[0].message.id if sent else "",
    )


def tampered(element: ElementPlan, record: Record) -> Judged:
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
            _("Relied on at {at}.").format(at=when(relied[0].at))
            if relied
            else (
                _("Asked again at {at}.").format(at=when(asked[0].at))
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
    decisive = first_of(relied, asked)
    return Judged(tuple(tests), decisive.at if decisive else None, decisive.message.id if decisive else "")


def returned(element: ElementPlan, record: Record) -> Judged:
    from hanoikit.recovery import Claim, distribute

    given = element.given
    desks = tuple(given["to"])
    sent = documents_of(record, element.team, "return-request", desks)
    chosen = sent[-1] if sent else None
    content = content_of(chosen) if chosen else {}
    sound = chosen is not None and not errors_in(chosen)
    amount = (
        whole_number(content.get("request", {}).get("amount"))
        if isinstance(content.get("request"), dict)
        else 0
    )
    due = distribute(
        given["recovered"],
        [Claim(who, loss=loss) for who, loss in given["claims"].items()],
        expenses=given["expenses"],
    )
    right = {payment.who: due.to(payment.who) for payment in due.payments}
    stated = content.get("payments", {})
    paid = {who: whole_number(sum_) for who, sum_ in stated.items()} if isinstance(stated, dict) else {}
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
                else (first_error(chosen) if chosen else _("Nobody asked for it.")),
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
                _("Given back at {at}.").format(at=when(answered[0].at))
                if answered
                else _("Nothing came back."),
                ("52(2)",),
            ),
        ),
        answered[0].at if answered else (chosen.at if chosen else None),
        answered[0].message.id if answered else (chosen.message.id if chosen else ""),
    )
