"""A walk through a case, judged by named rules: what was missing, what came too early, what must never be done.

>>> from hanoikit.victims import Walk, branching_case, judge
>>> case = branching_case("shared-once")
>>> judge(case, Walk.along(case, case.model).acts).share
1.0

The rules are data (``assets/victims/rules.json``), each with its provisions. A rule ``needs`` an act, wants one act
``before`` others, or says ``never``. Doing nothing breaks every rule that needs something, and one of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from hanoikit.i18n import _
from hanoikit.victims.cases import BranchingCase
from hanoikit.victims.tables import load

PASS = 0.7
"""The share from which a walk counts as done well, if no grave rule is broken."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. It applies where the case has all traits of ``when`` and none of ``unless``.

    ``needs``: one of these acts is done. ``first`` and ``then``: whenever one of ``then`` is done, one of ``first``
    was done before. ``never``: none of these is done. ``grave`` ones decide the whole case.
    """

    id: str
    title: str
    why: str
    provisions: tuple[str, ...]
    when: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    weight: int = 1
    grave: bool = False

    @property
    def kind(self) -> str:
        return "needs" if self.needs else "before" if self.first else "never"

    def applies(self, traits: frozenset[str]) -> bool:
        return self.when <= traits and not (self.unless & traits)

    def kept(self, acts: Sequence[str]) -> bool:
        """Whether these acts, oldest first, keep the rule."""
        if self.needs:
            return any(act in acts for act in self.needs)
        if self.never:
            return not any(act in acts for act in self.never)
        seen = False
        for act in acts:
            seen = seen or act in self.first
            if act in self.then and not seen:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a record. ``share`` is the weight of the rules kept by the weight of all that apply."""

    kept: tuple[Rule, ...]
    broken: tuple[Rule, ...]

    @property
    def share(self) -> float:
        kept, broken = (sum(rule.weight for rule in some) for some in (self.kept, self.broken))
        return kept / (kept + broken)

    @property
    def grave(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.broken if rule.grave)

    @property
    def well_done(self) -> bool:
        return not self.grave and self.share >= PASS

    @property
    def sentence(self) -> str:
        """The outcome in a sentence, in today's language."""
        if not self.broken:
            return _("All {count} rules of this case are kept.").format(count=len(self.kept))
        kept, every = len(self.kept), len(self.kept) + len(self.broken)
        if self.grave:
            return _("{kept} of {every} rules are kept. A grave one is broken: {title}.").format(
                kept=kept, every=every, title=_(self.grave[0].title)
            )
        return _("{kept} of {every} rules are kept.").format(kept=kept, every=every)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which a case meets them."""
    made = []
    for entry in load("rules")["rules"]:
        given = dict(entry)
        order = given.pop("before", {})
        for name in ("needs", "never", "provisions"):
            given[name] = tuple(given.get(name, ()))
        for name in ("when", "unless"):
            given[name] = frozenset(given.get(name, ()))
        made.append(Rule(**given, first=tuple(order.get("first", ())), then=tuple(order.get("then", ()))))
    return tuple(made)


def judge(case: BranchingCase, acts: Sequence[str]) -> Judgement:
    """What the rules say of these acts, oldest first.

    An order rule whose later act never happened says nothing: not acting must not earn what acting in order earns.
    """
    kept: list[Rule] = []
    broken: list[Rule] = []
    active = any(act not in ("wait", "close", "listen") for act in acts)
    for rule in rules():
        if not rule.applies(case.traits):
            continue
        if rule.kind == "before" and not any(act in acts for act in rule.then):
            continue
        if rule.kind == "never" and rule.id != "standing-still" and not active:
            continue
        kept_it = rule.kept(acts) and (rule.id != "standing-still" or active)
        (kept if kept_it else broken).append(rule)
    return Judgement(tuple(kept), tuple(broken))
