"""Which way a report about an image goes: age first, then consent, then what happened to the image.

>>> route(age="unknown", consent="none", spread="yes").id
'child'
>>> route(age="adult", consent="shared-once", spread="yes").article
'16'

The order is the rule: no answer about consent is read before the age is known to be 18 or more, because nobody under 18
can consent to the spreading of material of article 14 (16(4)). The table is ``assets/victims/routes.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanoikit.convention.offence import Conduct, Value, find_offences, state
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.victims.tables import load


@dataclass(frozen=True, slots=True)
class Route:
    """Where a report goes. ``article`` is 14, 16, or empty where neither carries it alone."""

    id: str
    article: str
    title: str
    says: str
    provisions: tuple[str, ...]


def questions() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """What has to be asked, in this order: id to the question and its answers."""
    return {
        name: (_(entry["text"]), {key: _(words) for key, words in entry["answers"].items()})
        for name, entry in load("routes")["questions"].items()
    }


def route(
    *, age: str, consent: str = "none", spread: str = "yes", private: str = "yes", made_by: str = "recording"
) -> Route:
    """The route for these answers; ``UsageError`` for an answer that the question does not have."""
    given = {"age": age, "consent": consent, "spread": spread, "private": private, "made-by": made_by}
    for name, answer in given.items():
        known = load("routes")["questions"][name]["answers"]
        if answer not in known:
            raise UsageError(
                _("{answer} is no answer to “{question}”.").format(answer=answer, question=name),
                next_step=_("The answers are: {answers}.").format(answers=", ".join(known)),
            )
    for entry in load("routes")["routes"]:
        if all(given[name] in fitting for name, fitting in entry["when"].items()):
            break
    return Route(entry["id"], entry["article"], entry["title"], entry["says"], tuple(entry["provisions"]))


@dataclass(frozen=True, slots=True)
class Partner:
    """What can be done with a partner State about an image of an adult.

    ``punishable``: is the sharing an offence there, by its law on such images: ``in``, ``out`` or ``depends``.
    ``years``: the longest sentence. ``declared`` holds its declarations on article 16, ``preservation`` and ``removal``
    are sentences for the desk.
    """

    code: str
    name: str
    punishable: str
    years: float
    declared: tuple[str, ...]
    preservation: str
    removal: str


def partner(code: str, *, synthetic: bool = False, harm: str = "unknown") -> Partner:
    """Look at the partner's law before asking. ``harm``: was harm the aim (``yes``, ``no``, ``unknown``)?"""
    answers: dict[str, Value] = {
        "image-shared": "yes",
        "image-sexual": "yes",
        "image-is-recording": "no" if synthetic else "yes",
        "image-synthetic": "yes" if synthetic else "no",
        "shown-is-adult": "yes",
        "private-when-made": "yes",
        "expected-privacy": "yes",
        "no-consent": "yes",
        "child-material": "no",
        "through-system": "yes",
        "on-purpose": "yes",
        "without-right": "yes",
    }
    if harm in ("yes", "no"):
        answers["aim-harm"] = "yes" if harm == "yes" else "no"
    law = state(code)
    declared = tuple(
        entry.text for entry in law.reservations if entry.ref == "16" or entry.ref.startswith("16(")
    )
    (found,) = (one for one in find_offences(Conduct(answers), law) if one.article == 16)
    years = max((one.max_years for one in law.offences if one.article == 16), default=0)
    preservation = (
        _("Article 16 does not bind it: ask all the same, and name every other offence in the file.")
        if declared
        else _("It may not demand that the act is a crime there before it preserves.")
    )
    removal = (
        _(
            "Do not count on its authorities. Write to the platform under its own rules, and use the hash list."
        )
        if declared
        else _("As far as its law allows, it follows requests to remove or to block.")
    )
    return Partner(code, law.name, found.verdict, years, declared, preservation, removal)
