"""What must hold before and while a power is used: the conditions of article 24 and of the power itself.

>>> [clause.ref for clause in conditions(power("preserve"), need, law("XA"))]
['23(2)(a)', '24(1)', '24(2)', '25(1)', '25(2)', '25(3)']

Article 24(2) names its safeguards as fits the power and under domestic law: review by a court or another independent
body, grounds, limits of scope and duration, and an effective remedy. Proportionality (24(1)) binds always.
"""

from __future__ import annotations

from collections.abc import Iterator

from hanoikit.convention.model import Clause
from hanoikit.convention.power.law import Law
from hanoikit.convention.power.need import Need, Place, Urgency
from hanoikit.convention.power.powers import InvestigativePower
from hanoikit.i18n import _


def conditions(power: InvestigativePower, need: Need, law: Law) -> tuple[Clause, ...]:
    """What the order must respect, in the order of the provisions."""
    return tuple(_conditions(power, need, law))


def _conditions(power: InvestigativePower, need: Need, law: Law) -> Iterator[Clause]:
    scope = {
        "23(2)(a)": _("This is an offence under the Convention."),
        "23(2)(b)": _("Not an offence under the Convention, but committed by means of an ICT system."),
        "23(2)(c)": _("At home the powers serve electronic evidence of any criminal offence."),
    }
    yield Clause(need.offence.scope, scope[need.offence.scope])
    weight = (
        ""
        if need.offence.serious(law.state)
        else " " + _("The offence is not a serious one: ask whether the power fits it at all.")
    )
    yield Clause("24(1)", _("Proportionate to the offence and to what is at stake.") + weight)
    order = law.authority(power.id)
    review = _("Ordered by {authority}, with the reasons written down, and with limits in scope and time.")
    yield Clause("24(2)", review.format(authority=_(order.by)))
    if order.urgent and need.urgency >= Urgency.URGENT:
        urgent = _("It is urgent: {first} may order first; {then} must confirm within {hours} hours.")
        yield Clause(
            "24(2)",
            urgent.format(first=_(order.urgent), then=_(order.by), hours=order.confirm_hours),
        )
    if power.rung >= 5 and power.track == "data":
        yield Clause("24(3)", _("Think of the other people whose data are touched."))
    yield from _own(power, need, law)


def _own(power: InvestigativePower, need: Need, law: Law) -> Iterator[Clause]:
    """The conditions of the power's own article."""
    match power.id:
        case "preserve":
            yield Clause("25(1)", _("Named data that exist already; no general retention."))
            days = _("In {state} for {days} days; the Convention allows 90 at most.")
            yield Clause("25(2)", days.format(state=law.state, days=law.preserve_days))
        case "disclose":
            yield Clause("26(b)", _("Only so much as shows the providers and the way."))
        case "subscriber":
            yield Clause("27(b)", _("Only subscriber information that the provider holds or controls."))
        case "records":
            yield Clause("31(7)", _("Ordered by a court or another competent authority."))
        case "produce":
            yield Clause("27(a)", _("Specified data, in this holder's possession or control."))
        case "search" | "extend":
            if power.id == "extend":
                yield Clause("28(2)", _("The second system is in the territory and can lawfully be reached."))
            yield Clause("28(3)", _("Copy rather than take, where a copy is enough; keep the data whole."))
            if need.locked:
                yield Clause(
                    "28(4)",
                    _(
                        "Somebody who knows the system can be ordered to give the information "
                        "that is reasonably needed."
                    ),
                )
        case "live-traffic" | "live-content":
            article = power.ref.partition("(")[0]
            yield Clause(power.ref, _("Specified communications in our territory."))
            yield Clause(
                f"{article}(1)(b)",
                _(
                    "A provider helps as far as its existing technology allows; it need not build anything new."
                ),
            )
            limit = _("In {state} for {days} days at most.")
            yield Clause("24(2)", limit.format(state=law.state, days=law.live_days))
        case "freeze" | "confiscate":
            yield Clause("31(9)", _("Third parties in good faith keep their rights."))
    if power.confidentiality and law.secret:
        yield Clause(
            power.confidentiality, _("The order can bind the holder to secrecy, for the time the law sets.")
        )


def notes(need: Need, law: Law) -> tuple[Clause, ...]:
    """What to think of besides the powers."""
    found = []
    if need.offence.speech:
        text = _(
            "This is about words. Look at what the person really did: "
            "the Convention may not be used to suppress free expression."
        )
        found.append(Clause("6(2)", text))
    if need.urgency is Urgency.EMERGENCY:
        text = _("It is an emergency. For data abroad, the 24/7 network may help to get data at once.")
        found.append(Clause("41(3)(e)", text))
    if need.place is Place.PREMISES and need.trusted:
        found.append(
            Clause(
                "24(1)",
                _(
                    "A victim who gives its own data freely needs no order, where your law allows it. "
                    "Write down that it was free."
                ),
            )
        )
    return tuple(found)
