"""Personal data that cross a border: the conditions of article 36, and passing on with prior authorisation.

>>> [one.id for one in transfer_conditions(protected=False, other_use=True)]
['protect-data', 'this-case-only']
>>> held = Holding(sender="XA", holder="XB")
>>> may_pass_on(held, to="XD").answer, may_pass_on(held, to="XD").provisions
('ask', ('36(3)', '40(19)'))

The sender's law comes first (36(1)(a)), and conditions are looked for before a transfer is refused (36(1)(b)). Who
received data may give them on only after the *first* sender was told and authorised it (36(3)), however many hands
they went through.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.safeguards.tables import Condition, conditions

HOME_USE = "the same case"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What the first sender allowed: the receiver, and whether it did so in writing."""

    to: str
    in_writing: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """Personal data that a State or an organisation holds for a case.

    ``sender`` is the State that sent them first. ``chain`` are those who had them between the sender and the holder.
    ``wants_writing``: the sender asked for authorisations in writing (36(3)).
    """

    sender: str
    holder: str
    chain: tuple[str, ...] = ()
    wants_writing: bool = False
    authorised: tuple[Authorisation, ...] = ()

    def passed_on(self, to: str) -> Holding:
        """The same data in the next hands. Raises ``UsageError`` where the rule does not allow it."""
        ruling = may_pass_on(self, to=to)
        if ruling.answer != "yes":
            raise UsageError(ruling.reason, next_step=ruling.next_step)
        return Holding(
            sender=self.sender,
            holder=to,
            chain=(*self.chain, self.holder),
            wants_writing=self.wants_writing,
            authorised=self.authorised,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """``answer`` is yes, no or ask; ``reason`` and ``next_step`` are sentences."""

    answer: str
    reason: str
    next_step: str
    provisions: tuple[str, ...]


def may_pass_on(holding: Holding, *, to: str, refused: bool = False) -> Ruling:
    """Whether the holder may give the data to another State or organisation (36(3), 40(19)).

    ``refused``: the first sender was asked and said no.
    """
    rests_on = ("36(3)", "40(19)")
    if to == holding.holder:
        return Ruling("yes", _("They stay where they are."), "", ("36(2)",))
    if to == holding.sender:
        return Ruling("yes", _("They go back to the State that sent them."), "", rests_on)
    if refused:
        return Ruling(
            "no",
            _("{sender} sent the data first and does not want them to go on.").format(sender=holding.sender),
            _("Tell {to} to ask {sender} itself.").format(to=to, sender=holding.sender),
            rests_on,
        )
    given = [one for one in holding.authorised if one.to == to]
    if any(one.in_writing or not holding.wants_writing for one in given):
        return Ruling("yes", _("{sender} authorised it.").format(sender=holding.sender), "", rests_on)
    if given:
        return Ruling(
            "ask",
            _("{sender} agreed, but asked for authorisations in writing.").format(sender=holding.sender),
            _("Get it in writing first."),
            rests_on,
        )
    from_whom = (
        _("The State before you in the chain cannot agree for it.")
        if holding.chain
        else _("That it is the same case does not change this.")
    )
    return Ruling(
        "ask",
        _("{sender} sent the data first and has not authorised this. {more}").format(
            sender=holding.sender, more=from_whom
        ),
        _("Tell {sender}, and ask before anything goes.").format(sender=holding.sender),
        rests_on,
    )


def transfer_conditions(
    *, protected: bool, other_use: bool = False, third_party: bool = False
) -> tuple[Condition, ...]:
    """What to ask of the receiver before personal data go (36(1)(b), 36(2), 36(3), 40(19)).

    ``protected``: the receiver's law protects them effectively. ``other_use``: it wants them for other cases too.
    ``third_party``: it wants to give them on. An empty result means that nothing has to be added.
    """
    named = []
    if not protected:
        named.append("protect-data")
    if other_use:
        named.append("this-case-only")
    if third_party:
        named.append("ask-before-passing-on")
    return tuple(conditions()[name] for name in named)
