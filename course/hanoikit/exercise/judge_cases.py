"""Judging answers about a whole case: decisions with their facts, narrowing, confidence, and documents.

>>> narrow(["a"], needed=["a", "b"], excess=["c"]).share
0.5

Like ``judge``: pure functions from a validated answer and the author key to a judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanoikit.errors import QuestionInvalid
from hanoikit.exercise import rules
from hanoikit.exercise.judge import Detail, Judgement, Why, joined, standing
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _, ngettext

GateKey = Mapping[str, Mapping[str, Any]]
"""For each row: ``decision`` (one or several right ones), ``carry`` and ``bear`` (facts)."""


@dataclass(frozen=True)
class Element:
    """One thing that is looked for in a document: how much of it is there (``share``, 0 to 1), and the ``reason``.

    Elements count by ``weight``. A ``fatal`` one with nothing earned takes the whole document with it.
    """

    label: str
    share: float
    reason: str
    weight: float = 1.0
    fatal: bool = False


Judge = Callable[[dict[str, Plain]], Sequence[Any]]
"""Looks at a form's value and says what it finds: elements, or objects with the members of one."""


def _of(why: Why, part: str) -> str:
    return why.get(part, "") if isinstance(why, Mapping) else ""


def _general(why: Why) -> str:
    return why if isinstance(why, str) else why.get("*", "")


def _keys(one: str | Collection[str]) -> list[str]:
    return [one] if isinstance(one, str) else [str(key) for key in one]


def gates(
    given: Mapping[str, Mapping[str, Any]],
    *,
    key: GateKey,
    labels: Mapping[str, str] | None = None,
    decision_text: Callable[[str, str | None], str] | None = None,
    why: Why = "",
) -> Judgement:
    """Rows with decision and facts. Rule: the mean of the rows, each by ``rules.gate``."""
    details, shares, decided = [], [], 0
    say = decision_text or (lambda _row, decision: decision or _("no decision"))
    for row, wanted in key.items():
        said = given.get(row) or {"decision": None, "facts": []}
        right, carry, bear = _keys(wanted["decision"]), _keys(wanted.get("carry", ())), wanted.get("bear", ())
        share = rules.gate(said["decision"], said["facts"], key=right, carry=carry, bear=_keys(bear))
        shares.append(share)
        is_right = said["decision"] in right
        decided += is_right
        if is_right:
            head = _("{decision}: right.").format(decision=say(row, said["decision"]))
            facts = _about_facts(said["facts"], carry, _keys(bear)) if carry else ""
        else:
            head = _("You decided: {given}. The author key is: {key}.").format(
                given=say(row, said["decision"]), key=_(" or ").join(say(row, one) for one in right)
            )
            facts = _carried_by(carry) if carry else ""
        details.append(Detail((labels or {}).get(row, row), share >= 1, joined(head, facts, _of(why, row))))
    share = sum(shares) / len(shares)
    reason = _("{right} of {all} decisions are right, {whole} of them with the right facts.").format(
        right=decided, all=len(key), whole=sum(one >= 1 for one in shares)
    )
    return Judgement(share, joined(standing(share), reason, _general(why)), tuple(details))


def _carried_by(carry: Sequence[str]) -> str:
    return ngettext("It rests on fact {list}.", "It rests on one of the facts {list}.", len(carry)).format(
        list=", ".join(carry)
    )


def _about_facts(named: Collection[str], carry: Sequence[str], bear: Sequence[str]) -> str:
    beside = [fact for fact in named if fact not in carry and fact not in bear]
    parts = []
    if not set(named) & set(carry):
        parts.append(joined(_("No fact is named that carries it."), _carried_by(carry)))
    if beside:
        parts.append(
            ngettext(
                "Fact {list} has no bearing on it.", "The facts {list} have no bearing on it.", len(beside)
            ).format(list=", ".join(beside))
        )
    return joined(*parts)


def narrow(
    kept: Sequence[str],
    *,
    needed: Collection[str],
    excess: Collection[str],
    texts: Mapping[str, str] | None = None,
    why: Why = "",
) -> Judgement:
    """Parts that stay. Rule: (needed kept / needed) x (excess removed / excess)."""
    share = rules.narrow(kept, needed=needed, excess=excess)
    reason = _("You kept {kept} of {needed} needed parts and removed {removed} of {excess} that go too far.")
    reason = reason.format(
        kept=len(set(kept) & set(needed)),
        needed=len(set(needed)),
        removed=len(set(excess) - set(kept)),
        excess=len(set(excess)),
    )
    order = list(texts) if texts else sorted({*kept, *needed, *excess})
    details = []
    for part in order:
        judged = part in needed or part in excess
        stays = _("It stays.") if part in kept else _("It goes.")
        wanted = ""
        if judged and (part in kept) != (part in needed):
            wanted = _("It is needed.") if part in needed else _("It goes too far.")
        right = (part in kept) == (part in needed) if judged else None
        label = f"{part}: {texts[part]}" if texts else part
        details.append(Detail(label, right, joined(stays, wanted, _of(why, part))))
    return Judgement(share, joined(standing(share), reason, _general(why)), tuple(details))


def confidence(
    given: Mapping[str, float | None],
    *,
    key: Mapping[str, bool],
    statements: Mapping[str, str] | None = None,
    why: Why = "",
) -> Judgement:
    """Percentages. Rule: the mean of 1 - 4 (p - t)^2, never below 0 (Brier score)."""
    share = rules.confidence(given, key=key)
    details = []
    for statement, truth in key.items():
        said = given.get(statement)
        adds = rules.brier(said, truth=truth)
        text = _("It is true.") if truth else _("It is false.")
        if said is None:
            text += " " + _("You said nothing, which counts as 50 %: it adds 0.")
        else:
            text += " " + _("You said {percent} %: it adds {share}.").format(
                percent=f"{said:g}", share=f"{adds:+.2f}"
            )
        label = f"{statement}. {statements[statement]}" if statements else statement
        details.append(Detail(label, adds > 0, joined(text, _of(why, statement))))
    reason = _("Over all statements that makes {share} of 1.").format(share=f"{share:.2f}")
    return Judgement(share, joined(standing(share), reason, _general(why)), tuple(details))


def document(given: dict[str, Plain], *, judge: Judge, why: str = "") -> Judgement:
    """A document. Rule: the weighted mean of the elements that ``judge`` finds, and nothing at all where a fatal one
    earned nothing.

    Raises QuestionInvalid when ``judge`` gives no elements, or a share or weight that cannot be.
    """
    elements = [_element(one) for one in judge(given)]
    _check_elements(elements)
    share = rules.weighted([(element.share, element.weight) for element in elements])
    fatal = [element for element in elements if element.fatal and element.share <= 0]
    details = tuple(_element_detail(element) for element in elements)
    if fatal:
        reason = _("Nothing is earned, because one thing decides: {label}. {reason}").format(
            label=fatal[0].label, reason=fatal[0].reason
        )
        return Judgement(0.0, joined(standing(0), reason, why), details)
    there = sum(element.share >= 1 for element in elements)
    reason = _("{there} of {all} elements are as they should be.").format(there=there, all=len(elements))
    return Judgement(share, joined(standing(share), reason, why), details)


def _element_detail(element: Element) -> Detail:
    partly = _("In part.") if 0 < element.share < 1 else ""
    return Detail(element.label, element.share >= 1, joined(partly, element.reason))


def _element(found: Any) -> Element:
    """What a judge found, as an element. A judge below this room gives objects of its own with the same members."""
    if isinstance(found, Element):
        return found
    try:
        return Element(found.label, float(found.share), found.reason, float(found.weight), bool(found.fatal))
    except (AttributeError, TypeError, ValueError) as error:
        raise QuestionInvalid(
            _("The judge of a document gives elements only."), where=repr(found)[:80]
        ) from error


def _check_elements(elements: Iterable[Element]) -> None:
    weights = 0.0
    for element in elements:
        if not 0 <= element.share <= 1 or not 0 <= element.weight < float("inf"):
            raise QuestionInvalid(_("An element's share is from 0 to 1."), where=element.label)
        weights += element.weight
    if weights <= 0:
        raise QuestionInvalid(_("The judge of a document found nothing to look for."))
