"""What may be done with material after it arrived: speciality, secrecy, onward transfer, followed through later uses.

>>> log = Material(id="m1", source="assistance", owner="XC", holder="XA", case="XA-2026-0417", personal=True)
>>> may_use(log, Use(by="XA", purpose="own-case", case="XA-2026-0501")).allowed
'no'
>>> rulings = follow(log, [Use(by="XA", purpose="pass-on", to="XB", authorized_by=("XC",), written=True),
...                        Use(by="XB", purpose="own-case", case="XB-77")])
>>> [one.allowed for one in rulings]
['yes', 'no']

What came on a request is used for the case that the request named; another use needs the sender's consent
first (40(19)). What came unasked follows the wishes that came with it (40(5)). Personal data go to a third
State or an organization only when the first sender was told and authorized it (36(3)). The limits travel
with the material: who gets it second holds it under the first sender's limits too. Evidence that helps an
accused person may be disclosed, after the sender was told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from hanoikit.cooperation.state_rules import state_name
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Allowed = Literal["yes", "no"]
SOURCES = ("assistance", "spontaneous", "police")
PURPOSES = ("own-case", "disclose-to-defence", "show-in-court", "pass-on", "publish", "tell-holder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Something that came from another State.

    ``owner`` is the State that sent it first, ``holder`` who has it now, ``case`` the case for which it came. ``via``
    are States that passed it on, each with the right to be asked. ``secret``: the request or the information is to be
    kept secret (40(20), 40(5)). ``limits`` are the wishes of the first sender: ``intelligence-only``, ``no-onward``.
    """

    id: str
    source: str
    owner: str
    holder: str
    case: str = ""
    personal: bool = False
    secret: bool = False
    limits: tuple[str, ...] = ()
    via: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise UsageError(
                _("Material does not come by {name}.").format(name=ascii(self.source)[:40]),
                next_step=_("Use one of: {names}.").format(names=", ".join(SOURCES)),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A later use. ``case`` is the case that it is for; ``to`` the State or organization that would get it.

    ``authorized_by`` are States that agreed beforehand, ``told`` those that were told before, ``written``: in writing.
    ``exculpatory``: it helps an accused person.
    """

    by: str
    purpose: str
    case: str = ""
    to: str = ""
    authorized_by: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    written: bool = False
    exculpatory: bool = False

    def __post_init__(self) -> None:
        if self.purpose not in PURPOSES:
            raise UsageError(
                _("There is no use of the kind {name}.").format(name=ascii(self.purpose)[:40]),
                next_step=_("Use one of: {names}.").format(names=", ".join(PURPOSES)),
            )


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a use is allowed, why, and what to do first. ``after`` is the material as it stands after the use."""

    allowed: Allowed
    reason: str
    provisions: tuple[str, ...]
    do_first: tuple[str, ...]
    after: Material


def may_use(material: Material, use: Use) -> Ruling:
    """Whether this use of the material is allowed as things stand."""
    if use.by != material.holder:
        text = _("{state} does not hold this material.").format(state=state_name(use.by))
        return _no(material, text, ("5(1)",), _("Ask the State that sent it for it."))
    if use.purpose == "disclose-to-defence" and use.exculpatory:
        return _exculpatory(material, use)
    if use.purpose in ("publish", "tell-holder"):
        return _open_talk(material, use)
    if use.purpose == "pass-on":
        return _onward(material, use)
    return _own_use(material, use)


def follow(material: Material, uses: Iterable[Use]) -> list[Ruling]:
    """Each later use in turn, with the limits as they travel. A use that is not allowed changes nothing."""
    rulings = []
    for use in uses:
        ruling = may_use(material, use)
        rulings.append(ruling)
        material = ruling.after
    return rulings


def askers(material: Material) -> tuple[str, ...]:
    """The States that have to agree to another use: the first sender, and those that passed it on."""
    return tuple(dict.fromkeys((material.owner, *material.via)))


def _own_use(material: Material, use: Use) -> Ruling:
    if use.purpose == "show-in-court" and "intelligence-only" in material.limits:
        missing = [state for state in askers(material) if state not in use.authorized_by]
        if missing:
            text = _(
                "It came as information, not as evidence. A court may not see it without the sender's consent."
            )
            return _no(material, text, ("40(5)",), _ask(missing))
    if use.case == material.case and use.case:
        text = _("It is the case for which it came.")
        return Ruling("yes", text, ("40(19)",), (), material)
    if material.source == "spontaneous" and not material.limits and not material.secret:
        text = _("It came without being asked and without limits. Your own law decides.")
        return Ruling("yes", text, ("40(5)",), (), material)
    missing = [state for state in askers(material) if state not in use.authorized_by]
    if missing:
        text = _("It came for another case. Every other use needs consent first.")
        ref = "40(5)" if material.source == "spontaneous" else "40(19)"
        return _no(material, text, (ref,), _ask(missing))
    text = _("The sender agreed to this use.")
    return Ruling("yes", text, ("40(19)",), (), material)


def _exculpatory(material: Material, use: Use) -> Ruling:
    text = _("It helps an accused person, so it may be disclosed. The sender is told first.")
    missing = [
        state for state in askers(material) if state not in use.told and state not in use.authorized_by
    ]
    ref = "40(5)" if material.source == "spontaneous" else "40(19)"
    if missing:
        first = _(
            "Tell {states} before. If that is impossible in an exceptional case, tell them without delay."
        )
        return Ruling("no", text, (ref,), (first.format(states=_and(missing)),), material)
    return Ruling("yes", text, (ref,), (), material)


def _open_talk(material: Material, use: Use) -> Ruling:
    if material.secret:
        missing = [state for state in askers(material) if state not in use.authorized_by]
        if missing:
            ref = "40(5)" if material.source == "spontaneous" else "40(20)"
            text = _("Secrecy was asked for and still holds.")
            return _no(material, text, (ref,), _ask(missing))
    if use.purpose == "publish" and material.personal:
        text = _("Personal data need effective safeguards. To publish them is none.")
        return _no(material, text, ("36(2)",), _("Publish without personal data."))
    return Ruling("yes", _("No secrecy was asked for, or it was lifted."), ("40(20)",), (), material)


def _onward(material: Material, use: Use) -> Ruling:
    if not use.to:
        return _no(material, _("It is not said who would get it."), ("36(3)",), _("Name the receiver."))
    if use.to in askers(material):
        text = _("It goes back to a State that it came from.")
        return Ruling("yes", text, ("40(19)",), (), material)
    missing = [state for state in askers(material) if state not in use.authorized_by]
    provisions = ("36(3)", "40(19)") if material.personal else ("40(19)",)
    if missing:
        text = (
            _(
                "Personal data go to a third State or an organization only when the first sender "
                "was told and authorized it."
            )
            if material.personal
            else _("It may not be passed on for another case without the sender's consent.")
        )
        return _no(material, text, provisions, _ask(missing))
    if material.personal and not use.written:
        text = _("The sender agreed, but nothing is in writing. It may want the authorization in writing.")
        first = (_("Get it in writing before you send."),)
        return Ruling("no", text, ("36(3)",), first, material)
    text = _("The sender authorized it. Its limits travel with the material.")
    via = tuple(dict.fromkeys((*material.via, material.holder)))
    passed = replace(material, holder=use.to, via=via)
    return Ruling("yes", text, provisions, (), passed)


def _no(material: Material, text: str, provisions: tuple[str, ...], first: str) -> Ruling:
    return Ruling("no", text, provisions, (first,), material)


def _ask(states: list[str]) -> str:
    return _("Ask {states} first, and say for what.").format(states=_and(states))


def _and(names: Iterable[str]) -> str:
    return _(" and ").join(map(state_name, names))
