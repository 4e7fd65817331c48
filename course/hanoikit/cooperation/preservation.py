"""The answer to a request to preserve data: a short, closed list of grounds (42(6)).

>>> respond_preservation(message, law("XB"), Circumstances(conduct={})).decision
'grant'

Nothing is handed over yet, so little can speak against it. Dual criminality may not be demanded (42(4)); only a State
that made the reservation of 42(5) may look ahead to it, and only outside the Convention's own offences. A refusal rests
on 40(21)(b), 40(21)(c) or 40(22) and nothing else. A gap is asked about, never punished; a case of one's own calls for
the warning of 42(7), not for a delay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hanoikit.cooperation.answer import Answer, MeasureAnswer, Point, decide
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.state_rules import CooperationLaw, state_name
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.network.checking import validate
from hanoikit.network.messages import Message, PreservationRequest

GROUNDS = ("40(21)(b)", "40(21)(c)", "40(22)", "42(5)")
"""The only grounds on which a preservation may be refused (42(5), 42(6))."""
PRESERVE = "preserve"
"""The name of the one measure of such a request."""


def respond_preservation(message: Message, law: CooperationLaw, known: Circumstances) -> Answer:
    """The answer to a message that asks to preserve data. Raises ``UsageError`` for another kind of message."""
    body = message.body
    if not isinstance(body, PreservationRequest):
        raise UsageError(
            _("This message does not ask to preserve data."),
            next_step=_("Give a message of the kind preservation-request."),
        )
    points = tuple(replace(one, measure=PRESERVE) for one in _points(message, body, law, known))
    decision = decide(points, 0)
    answer = MeasureAnswer(
        measure=PRESERVE,
        what=PRESERVE,
        decision=decision,
        points=points,
        kept=body.data if decision == "grant" else (),
        ordered_by=law.ordered_by(PRESERVE),
    )
    asked = tuple(dict.fromkeys(one.change for one in points if one.effect == "refuse" and one.change))
    return Answer(
        decision=decision,
        measures=(answer,),
        consult=asked,
        final=decision != "refuse",
        not_grounds=tuple(_not_grounds(known, law)),
        kind="preservation",
    )


def _points(
    message: Message, body: PreservationRequest, law: CooperationLaw, known: Circumstances
) -> Iterator[Point]:
    signs = known.persecution
    if signs.strength == "substantial":
        text = _(
            "There are substantial grounds to think that a person is pursued for a protected reason ({reason}). {what}"
        ).format(reason=_(signs.reason), what=signs.text)
        yield Point(
            rule="persecution",
            effect="refuse",
            text=text.strip(),
            ground="40(22)",
            provisions=("42(6)", "40(22)"),
        )
    for one in known.touches:
        interest = law.interest(one.interest)
        if interest is not None and not interest.cure:
            text = _("It touches an essential interest: {interest} {what}").format(
                interest=_(interest.text), what=one.text
            )
            yield Point(
                rule="interests",
                effect="refuse",
                text=text.strip(),
                ground="40(21)(b)",
                provisions=("42(6)", "40(21)(b)"),
                change=_("Ask for what does not touch it."),
            )
    yield from _reserved(body, law, known)
    for remark in validate(message):
        if remark.severity == "error" and not remark.code.startswith("limit-"):
            text = _("{gap} We ask, and preserve meanwhile what is named.").format(gap=remark)
            yield Point(
                rule="gaps",
                # Without an account nobody knows what to preserve; everything else can follow.
                effect="ask" if remark.element.startswith("data") else "note",
                text=text,
                provisions=remark.provisions,
                change=str(remark),
            )
    if known.elsewhere:
        where = state_name(next(iter(known.elsewhere.values())))
        text = _("The data are in {state}. We cannot act there.").format(state=where)
        change = _("Ask {state}.").format(state=where)
        yield Point(rule="place", effect="ask", text=text, provisions=("42(1)",), change=change)
    elif known.gone:
        text = _("The data no longer exist.")
        change = _("Say whether other data would help.")
        yield Point(rule="place", effect="ask", text=text, provisions=("42(1)",), change=change)
    if body.secrecy in ("confidential", "confidential-no-notice") and not law.keeps_secret:
        text = _(
            "Our law cannot bind the holder to silence. The user may hear of it. You decide whether we go on."
        )
        change = _("Say whether we are to preserve all the same.")
        yield Point(rule="secrecy", effect="ask", text=text, provisions=("42(7)", "40(20)"), change=change)
    if known.own_case:
        text = _("Preserving may disturb a case. You decide whether we go on.")
        change = _("Say whether we are to preserve all the same.")
        yield Point(rule="own-case", effect="ask", text=text, provisions=("42(7)",), change=change)


def _reserved(body: PreservationRequest, law: CooperationLaw, known: Circumstances) -> Iterator[Point]:
    """The reservation of 42(5), and its three limits."""
    side = known.seen_by(law.state)
    if "42(5)" not in law.reservations or side is None:
        return
    of_convention = known.in_the_convention != "out" or body.scope == "convention-offence"
    if of_convention or side.verdict != "out":
        return
    text = _(
        "{state} made the reservation of 42(5): the offence is outside the Convention, "
        "and what was done is foreseeably "
        "no crime here when disclosure is asked."
    ).format(state=_(law.name))
    change = _("State more facts if they show conduct that both laws punish.")
    yield Point(
        rule="reserved",
        effect="refuse",
        text=text,
        ground="42(5)",
        provisions=("42(5)", "42(4)"),
        change=change,
    )


def _not_grounds(known: Circumstances, law: CooperationLaw) -> Iterator[Point]:
    side = known.seen_by(law.state)
    if side is not None and side.verdict == "out":
        text = _("What was done is no crime here. For preservation dual criminality may not be demanded.")
        yield Point(rule="dual-criminality", effect="note", text=text, provisions=("42(4)",))
    if known.tax:
        text = _("Tax matters are also involved. That is no ground here.")
        yield Point(rule="tax", effect="note", text=text, provisions=("42(6)",))
    if known.trivial:
        text = _("The matter looks trivial. That is no ground here.")
        yield Point(rule="trivial", effect="note", text=text, provisions=("42(6)",))
