"""What the network may not do: a typed limit with its ground, so that the answer is a refusal and not a silence.

>>> [limit.ground for limit in limits(message, rules("XB"))]
['needs-request']
>>> refusal(message, limits(message, rules("XB"))[0], at=now).body.instead
'Send a request for mutual legal assistance to Brevania Attorney General, Department for Requests ...'

The network speeds and routes (41). It does not coerce, it does not hand over what the law protects, it does not arrest
and it does not freeze: for these a request goes from one central authority to the other. One exception: data that avert
an emergency (41(3)(e)), as far as the State's law lets its desk give them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hanoikit.i18n import _
from hanoikit.network.messages import (
    AssetAlert,
    CollectEvidence,
    EmergencyData,
    LocateSuspect,
    Message,
    Refused,
)
from hanoikit.network.tables import Rules

# Measures that force somebody, with the article that a request for them rests on.
_COERCIVE = {"production": "44(1)", "search": "44(1)", "real-time": "45", "interception": "46"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing asked for that the network may not do: the ground, why, and what to do instead."""

    code: str
    ground: str
    why: str
    instead: str
    provisions: tuple[str, ...]


def limits(message: Message, rules: Rules) -> tuple[Limit, ...]:
    """Everything in a request that the desk of the requested State may not do; empty when it may do all of it."""
    body = message.body
    if isinstance(body, CollectEvidence):
        return _collecting(body, rules)
    if isinstance(body, EmergencyData):
        return _emergency(body, rules)
    if isinstance(body, LocateSuspect) and body.wanted == "arrest":
        return (
            Limit(
                "arrest",
                "needs-request",
                _("The network finds a person; it does not arrest one."),
                _("Ask for the arrest with a view to extradition, in urgent cases through INTERPOL."),
                ("41(3)(d)", "37(10)"),
            ),
        )
    if isinstance(body, AssetAlert) and body.wanted == "freeze":
        return (
            Limit(
                "freeze",
                "needs-request",
                _("The network passes an alert on; it does not freeze property."),
                _("Send a freezing order or a reasoned request to {authority}.").format(
                    authority=rules.central_authority.name
                ),
                ("41(4)", "49(2)"),
            ),
        )
    return ()


def _collecting(body: CollectEvidence, rules: Rules) -> tuple[Limit, ...]:
    found = []
    if body.measure in _COERCIVE:
        found.append(
            Limit(
                "coercion",
                "needs-request",
                _("This forces somebody to give data up, and the network does not do that."),
                _request_to(rules),
                ("41(3)(c)", _COERCIVE[body.measure]),
            )
        )
    elif body.measure == "voluntary":
        beyond = sorted({each.category for each in body.data if each.category} - rules.gives)
        if beyond:
            found.append(
                Limit(
                    "protected-data",
                    "needs-request",
                    _("The law of {state} does not let its desk hand over {categories} data.").format(
                        state=rules.name, categories=", ".join(beyond)
                    ),
                    _request_to(rules),
                    ("41(3)(c)", "44(1)"),
                )
            )
    return tuple(found)


def _emergency(body: EmergencyData, rules: Rules) -> tuple[Limit, ...]:
    found = []
    if not (body.danger.strip() and body.person.strip() and body.imminent.strip()):
        found.append(
            Limit(
                "no-emergency",
                "not-an-emergency",
                _("The message shows no significant and imminent danger to the life or safety of a person."),
                _("Name the person, the danger and why it is near; or ask for the preservation of the data."),
                ("2(o)", "41(3)(e)"),
            )
        )
    beyond = sorted({each.category for each in body.data if each.category} - rules.gives_in_emergency)
    if beyond:
        found.append(
            Limit(
                "protected-data",
                "needs-request",
                _(
                    "Even in an emergency the law of {state} does not let its desk give {categories} data."
                ).format(state=rules.name, categories=", ".join(beyond)),
                _("Ask for {categories} data, and for the preservation of the rest. {request}").format(
                    categories=", ".join(sorted(rules.gives_in_emergency)), request=_request_to(rules)
                ),
                ("41(3)(e)", "44(3)"),
            )
        )
    return tuple(found)


def _request_to(rules: Rules) -> str:
    authority = rules.central_authority.name
    if rules.interpol_when_urgent:
        return _(
            "Send a request for mutual legal assistance to {authority}; in urgent cases INTERPOL carries it."
        ).format(authority=authority)
    return _("Send a request for mutual legal assistance to {authority}.").format(authority=authority)


def refusal(message: Message, limit: Limit, *, at: datetime, reference: str = "") -> Message:
    """The answer that a limit calls for: refused, with its ground, the reasons and another way."""
    body = Refused(ground=limit.ground, reasons=limit.why, instead=limit.instead)
    return message.answer(body, at=at, reference=reference)
