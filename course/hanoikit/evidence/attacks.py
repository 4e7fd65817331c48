"""Attacks on a custody log, each done for real with the keys that such an attacker would have.

>>> attacked = SWAP.apply(log, random.Random(7), signers)
>>> attacked.first_broken
3
>>> verify(attacked.log, roots=roots, anchors=receipts(attacked.witnessed))[0].code
'bad-signature'

``signers`` maps the fingerprint of each person in the log to their identity; an attack takes from it only
the keys that ``who`` names. ``Attacked.witnessed`` is the history that people outside saw while it was
written: the honest log where the log was altered afterwards, the attacked log itself where it was written
wrongly from the start. Witnesses' heads, receipts and timestamps are made from it.

The names are the course's; the breaks are those that ISO/IEC 27037:2012 (auditability) and the texts of the
standards for signatures and timestamps let one see.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, ClassVar, TypeVar

from hanoikit.errors import UsageError
from hanoikit.evidence.attack_texts import texts
from hanoikit.evidence.custody_anchor import Anchor
from hanoikit.evidence.custody_entry import CustodyEntry, signed_line
from hanoikit.evidence.custody_log import CustodyLog
from hanoikit.evidence.rewriting import (
    handovers,
    hash_above,
    held_item,
    holds,
    look_alike,
    open_handovers,
    relined,
    rewritten,
    value_of,
)
from hanoikit.i18n import _
from hanoikit.trust.identity import Identity

Signers = Mapping[str, Identity]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Attacked:
    """The result: the log as it is shown now, the history that was seen outside, and the truth.

    ``first_broken`` is the number of the first entry that is not as it should be (for ``truncate`` the
    first missing one); ``codes`` are the finding codes of which ``verify`` with witnesses gives at least
    one at that place.
    """

    log: CustodyLog
    witnessed: CustodyLog
    first_broken: int
    attack: Attack
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Attack(ABC):
    """A class of attack: its name, its provisions (of the Convention), its texts, and the deed itself."""

    name: ClassVar[str]
    provisions: ClassVar[tuple[str, ...]]

    @property
    def title(self) -> str:
        return texts(self.name).title

    @property
    def who(self) -> str:
        """Who can do it, and with which keys."""
        return texts(self.name).who

    @property
    def what_the_attacker_did(self) -> str:
        return texts(self.name).what_the_attacker_did

    @property
    def how_it_shows(self) -> str:
        return texts(self.name).how_it_shows

    @property
    def what_would_have_missed_it(self) -> str:
        return texts(self.name).what_would_have_missed_it

    @abstractmethod
    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        """Attack a copy of ``log``, which stays as it is. The same ``rng`` state gives the same result.

        Raises ``UsageError`` when the log has nothing that this attack needs.
        """


def receipts(
    log: CustodyLog, *, every: int = 1, delay: timedelta = timedelta(minutes=10), source: str = ""
) -> tuple[Anchor, ...]:
    """What a witness holds who notes the head after every ``every`` entries, and the last, ``delay`` after
    the entry.

    A note of entry ``n`` must not be dated after entry ``n + 1``; where that came sooner, its time is taken.
    """
    entries = log.entries
    anchors = []
    for place, entry in enumerate(entries, 1):
        if place % every and place != len(entries):
            continue
        at = entry.at + delay
        if place < len(entries):
            at = min(at, entries[place].at)
        anchors.append(Anchor.of(log, index=place, source=source or _("the witness"), at=max(at, entry.at)))
    return tuple(anchors)


@dataclass(frozen=True, slots=True)
class Swap(Attack):
    """The item is exchanged, and the file is edited so that digests and hash chain fit. No key is needed."""

    name: ClassVar[str] = "swap"
    provisions: ClassVar[tuple[str, ...]] = ("28(3)(c)", "25(2)")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        entries = log.entries
        chosen = rng.choice(_need([e for e in entries if e.item_sha256], "an entry with a SHA-256 digest"))
        other = rng.randbytes(32).hex()

        def edit(value: dict[str, Any]) -> dict[str, Any]:
            if value["item"] == chosen.item and "sha256" in value["digests"]:
                value["digests"]["sha256"] = other
            return value

        lines = [entry.line for entry in entries[: chosen.index - 1]]
        for entry in entries[chosen.index - 1 :]:
            value = {**edit(value_of(entry)), "previous": hash_above(log, lines)}
            lines.append(signed_line(value, entry.signature))
        return Attacked(relined(log, lines), log, chosen.index, self, frozenset({"bad-signature"}))


@dataclass(frozen=True, slots=True)
class Truncate(Attack):
    """The last entries are cut off. No key is needed, and what is left is sound."""

    name: ClassVar[str] = "truncate"
    provisions: ClassVar[tuple[str, ...]] = ("28(3)(c)", "40(14)")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        places = [n for n in range(1, len(log)) if not open_handovers(log, n)]
        kept = rng.choice(_need(places[-max(1, len(places) // 2) :], "two entries"))
        cut = relined(log, [entry.line for entry in log.entries[:kept]])
        return Attacked(cut, log, kept + 1, self, frozenset({"truncated-against-head"}))


@dataclass(frozen=True, slots=True)
class BackDate(Attack):
    """Somebody in the chain gives one of their own entries an earlier time, with their own, genuine key."""

    name: ClassVar[str] = "back-date"
    provisions: ClassVar[tuple[str, ...]] = ("28(3)(c)", "24(2)")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        entries = log.entries
        if rng.random() < 0.5:
            return self._add_at_the_end(log, rng, signers)
        chosen = rng.choice(_need([e for e in entries[1:] if not e.entered_late], "two entries"))
        above = max(entry.at for entry in entries[: chosen.index - 1])
        earlier = (above - timedelta(minutes=rng.randint(5, 240))).astimezone(chosen.at.tzinfo)
        lines = [entry.line for entry in entries[: chosen.index - 1]]
        value = {**value_of(chosen), "time": earlier.isoformat()}
        lines.append(signed_line(value, signers[chosen.actor]))
        rest = list(entries[chosen.index :])
        # What follows at once and is their own, they can sign again; the next of somebody else they cannot.
        while rest and rest[0].actor == chosen.actor:
            value = {**value_of(rest.pop(0)), "previous": hash_above(log, lines)}
            lines.append(signed_line(value, signers[chosen.actor]))
        lines += [entry.line for entry in rest]
        return Attacked(relined(log, lines), log, chosen.index, self, frozenset({"time-goes-back"}))

    def _add_at_the_end(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        last = _need(log.entries, "an entry")[-1]
        holder, item = held_item(log)
        added = relined(log, [entry.line for entry in log.entries])
        # A few seconds after the last entry: inside the log nothing contradicts it.
        added.append(
            action="sealed",
            item=item,
            actor=signers[holder],
            place=last.place,
            at=last.at + timedelta(seconds=rng.randint(5, 50)),
        )
        return Attacked(added, log, len(log) + 1, self, frozenset({"back-dated"}))


@dataclass(frozen=True, slots=True)
class ReSign(Attack):
    """The log is written anew from some entry on and signed again with everybody's keys."""

    name: ClassVar[str] = "re-sign"
    provisions: ClassVar[tuple[str, ...]] = ("28(3)(c)", "40(14)")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        entries = _need(log.entries, "an entry")
        chosen = rng.choice(entries)
        same = [entry for entry in entries if entry.item == chosen.item and entry.item_sha256]
        first = same[0] if chosen.item_sha256 else chosen
        other = rng.randbytes(32).hex()

        def edit(entry: CustodyEntry) -> dict[str, Any]:
            value = value_of(entry)
            if chosen.item_sha256 and entry in same:
                value["digests"]["sha256"] = other
            elif entry is chosen:
                value["place"] = f"{value['place']} (2)"
            return value

        steps = [(edit(entry), signers[entry.actor]) for entry in entries[first.index - 1 :]]
        forged = rewritten(log, first.index - 1, steps)
        return Attacked(forged, log, first.index, self, frozenset({"fork"}))


@dataclass(frozen=True, slots=True)
class Fork(Attack):
    """Two histories are kept from one entry on: one for the one office, one for the other."""

    name: ClassVar[str] = "fork"
    provisions: ClassVar[tuple[str, ...]] = ("28(3)(c)", "40(14)")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        places = [n for n in range(1, len(log)) if holds(log, n) and not open_handovers(log, n)]
        kept = rng.choice(_need(places, "an entry in the middle whose author holds the item"))
        base = log.entries[kept - 1]
        other = relined(log, [entry.line for entry in log.entries[:kept]])
        at = max(entry.at for entry in log.entries[:kept])
        for _step in range(len(log) - kept):
            at += timedelta(minutes=rng.randint(5, 90))
            other.append(
                action=rng.choice(("stored", "examined", "sealed")),
                item=base.item,
                actor=signers[base.actor],
                place=base.place,
                at=at,
            )
        return Attacked(other, log, kept + 1, self, frozenset({"fork"}))


@dataclass(frozen=True, slots=True)
class Gap(Attack):
    """Half of a handover was never signed: for a while nobody answers for the item."""

    name: ClassVar[str] = "gap"
    provisions: ClassVar[tuple[str, ...]] = ("28(3)(c)", "54")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        entries = log.entries
        choices = []
        for given, taken in handovers(log):
            choices.append((given.index, taken.index))
            after = next((e for e in entries[taken.index :] if e.item == taken.item), None)
            if after is not None:
                choices.append((taken.index, after.index))
        dropped, shows = rng.choice(_need(choices, "a handover"))
        steps = [(value_of(entry), signers[entry.actor]) for entry in entries[dropped:]]
        forged = rewritten(log, dropped - 1, steps)
        return Attacked(forged, forged, shows - 1, self, frozenset({"gap-in-custody"}))


@dataclass(frozen=True, slots=True)
class WrongKey(Attack):
    """An entry in somebody's name that this person did not sign."""

    name: ClassVar[str] = "wrong-key"
    provisions: ClassVar[tuple[str, ...]] = ("40(14)", "28(3)(c)")

    def apply(self, log: CustodyLog, rng: Random, signers: Signers) -> Attacked:
        entries = log.entries
        others = {e.index: sorted(set(signers) - {e.actor}) for e in entries}
        chosen = rng.choice(_need([e for e in entries if others[e.index]], "two people"))
        steps: list[tuple[dict[str, Any], Identity]] = [
            (value_of(entry), signers[entry.actor]) for entry in entries[chosen.index - 1 :]
        ]
        value, victim = steps[0]
        if rng.random() < 0.5:
            steps[0] = (value, Identity(victim.certificate, signers[rng.choice(others[chosen.index])].key))
            codes = frozenset({"bad-signature"})
        else:
            steps[0] = (value, look_alike(victim, rng))
            codes = frozenset({"unknown-signer"})
        forged = rewritten(log, chosen.index - 1, steps)
        return Attacked(forged, forged, chosen.index, self, codes)


SWAP, TRUNCATE, BACK_DATE, RE_SIGN = Swap(), Truncate(), BackDate(), ReSign()
FORK, GAP, WRONG_KEY = Fork(), Gap(), WrongKey()
ATTACKS: tuple[Attack, ...] = (SWAP, TRUNCATE, BACK_DATE, RE_SIGN, FORK, GAP, WRONG_KEY)


def named(name: str) -> Attack:
    """The attack class of that name. Raises ``UsageError`` for an unknown one."""
    for attack in ATTACKS:
        if attack.name == name:
            return attack
    raise UsageError(
        f"There is no attack class {name!r}.",
        next_step=f"Use one of: {', '.join(each.name for each in ATTACKS)}.",
    )


def _need(choices: Sequence[_T], what: str) -> Sequence[_T]:
    if not choices:
        raise UsageError(f"This attack needs a log with {what}.")
    return choices
