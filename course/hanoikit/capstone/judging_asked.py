"""What Aldermark preserved, granted, refused and narrowed, judged over a record.

>>> [test.met for test in refused(element, record).tests]
[True, True, True]
"""

from __future__ import annotations

from hanoikit.capstone.judging_parts import (
    YES,
    Judged,
    Test,
    deadline,
    faults_in,
    first_confirmation,
    first_of,
    ran_out,
    when,
)
from hanoikit.capstone.plan import ElementPlan, plan
from hanoikit.capstone.record import Record
from hanoikit.i18n import _
from hanoikit.network.clock import span
from hanoikit.network.marking import CaseTruth, best
from hanoikit.network.messages import Refused


def preserved(element: ElementPlan, record: Record) -> Judged:
    given, gone = element.given, deadline(element)
    desks = tuple(given["to"])
    truth = CaseTruth.from_json(given["truth"])
    outbox = [one.message for one in record.from_(element.team, "preservation-request", to=desks)]
    message, found = best(outbox, truth)
    parts = {one.element: one for one in found}
    early = message is not None and bool(outbox) and parts["to"].met and parts["sent"].met
    rest = [one for name, one in parts.items() if name not in ("to", "sent", "data")]
    missing = [one for one in rest if not one.met]
    kept = first_confirmation(record, outbox, desks, gone)
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
                _("Confirmed at {at}.").format(at=when(kept.at))
                if kept
                else _("No confirmation came in time."),
                ("42(4)",),
            ),
        ),
        kept.at if kept else ran_out(gone, record),
        kept.message.id if kept else (message.id if there and message else ""),
    )


def granted(element: ElementPlan, record: Record) -> Judged:
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
    clean = granted and first is not None and not faults_in(first, record)
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
                _("Answered at {at}; it was needed until {due}.").format(at=when(first.at), due=when(due))
                if granted and first is not None
                else _("It was needed until {due}.").format(due=when(due)),
                element.provisions,
            ),
            Test(
                _("No more than the law lets the desk give"),
                clean,
                _("The answer holds nothing that it may not.")
                if clean
                else (faults_in(first, record) if first is not None and granted else said),
                ("41(3)", "44(1)"),
            ),
        ),
        first.at if first else (refused.at if refused else due),
        first.message.id if first else (refused.message.id if refused else ""),
    )


def refused(element: ElementPlan, record: Record) -> Judged:
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
        said = _("It was granted at {at}.").format(at=when(gave[0].at))
    else:
        said = (
            _("It was refused.")
            if refused
            else _("There was no answer. Silence is no refusal: nobody can check it.")
        )
    carried = refused and ground in matter.grounds
    reasons = refused and isinstance(body, Refused) and bool(body.reasons.strip())
    decisive = first_of(gave, refusals)
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


def narrowed(element: ElementPlan, record: Record) -> Judged:
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
