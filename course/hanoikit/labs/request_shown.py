"""What the workshop shows: the letter as a preview, what is missing, the treaties judged, and the other State's answer.

>>> letter_preview(letter(request))     # the same parts as the PDF and the Word file
>>> answered(round_, case)              # decision for each measure, ground, reasons, and what would change it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from hanoikit.cooperation import tables
from hanoikit.cooperation.answer import decision_label
from hanoikit.cooperation.instruments import Fit
from hanoikit.cooperation.letters import Letter
from hanoikit.cooperation.letters_parts import Block, Points, Text, measure_name, state_name
from hanoikit.errors import Finding
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, code, details, join, sentence, strong, table
from hanoikit.labs.request_room import Round, WorkshopCase


def letter_preview(one: Letter) -> Markup:
    """The letter as it will be set, as one group that a screen reader can enter or pass by."""
    form = one.form
    head = join(
        sentence(strong(form.country)),
        sentence(f"{form.body}, {form.unit}"),
        sentence(" · ".join((*form.address, *form.contact))),
    )
    parts: list[Markup] = [head, _terms("", one.facts), _heading(one.title)]
    if one.draft:
        parts.insert(0, sentence(strong(_("DRAFT · not signed, not to be sent"))))
    parts.append(sentence(one.opening))
    for part in one.parts:
        parts.append(_heading(part.heading, part.basis))
        parts += [_block(block) for block in part.blocks]
    parts += [sentence(one.closing), sentence(strong(form.signatory), form.title)]
    label = escape(_("Preview of the letter"), quote=True)
    return Markup(f'<div class="hk-paper" role="group" aria-label="{label}">{join(*parts)}</div>')


def _heading(words: str, behind: str = "") -> Markup:
    return sentence(strong(words), *((f"({behind})",) if behind else ()))


def _block(block: Block) -> Markup:
    if isinstance(block, Text):
        text = strong(block.text) if block.gap else escape(block.text)
        return Markup(f'<p dir="auto">{text}</p>')
    if isinstance(block, Points):
        return bullets(block.points)
    return _terms(block.title, block.pairs)


def _terms(title: str, pairs: Sequence[tuple[str, str]]) -> Markup:
    lines = [Markup(f'<li dir="auto">{strong(label)}: {escape(value)}</li>') for label, value in pairs]
    listed = Markup(f"<ul>{''.join(lines)}</ul>")
    return join(sentence(strong(title)), listed) if title else listed


def remarks(found: Sequence[Finding], wrong: Sequence[str]) -> Markup:
    """What is missing or wrong, told apart from what only costs time."""
    errors = [one for one in found if one.severity == "error"]
    costs = [one for one in found if one.severity != "error"]
    if not (errors or costs or wrong):
        return sentence(
            strong(_("Nothing is missing. Whether it is true, needed and no more than that, you judge."))
        )
    count = len(errors) + len(wrong)
    parts = [sentence(strong(_("Missing or wrong: {count}").format(count=count)))] if count else []
    parts.append(bullets([*wrong, *map(_remark, errors)]))
    if costs:
        parts += [sentence(_("Costs time: {count}").format(count=len(costs))), bullets(map(_remark, costs))]
    # A long list scrolls beside the form, so that the letter stays in sight; then the keyboard must reach it.
    label = escape(_("What is missing"), quote=True)
    return Markup(
        f'<div class="hk-remarks" role="group" tabindex="0" aria-label="{label}">{join(*parts)}</div>'
    )


def _remark(one: Finding) -> Markup:
    return join(strong(one.where), ": ", one.message, " ", code(", ".join(one.provisions)))


def channel_label(channel: str) -> str:
    """A channel in words."""
    return {
        "central-authority": _("from central authority to central authority"),
        "24/7 network": _("the 24/7 network"),
        "interpol": _("INTERPOL, because it is urgent"),
        "police": _("from police to police"),
        "diplomatic": _("the diplomatic channel"),
    }.get(channel, channel)


def fits_label(fits: str) -> str:
    """How far a treaty fits, in words."""
    return {"yes": _("fits"), "part": _("fits in part"), "no": _("does not fit")}[fits]


def fits_table(fits: Sequence[Fit]) -> Markup:
    """Every treaty with the reason why it fits or does not."""
    rows = [
        (
            fit.name,
            strong(fits_label(fit.fits)) if fit.fits == "yes" else fits_label(fit.fits),
            join(fit.reason, " ", code(", ".join(fit.provisions))) if fit.provisions else fit.reason,
        )
        for fit in fits
    ]
    return table(
        _("The treaties and other ways, judged for this case"), (_("Basis"), _("Verdict"), _("Reason")), rows
    )


def answered(one: Round, case: WorkshopCase) -> Markup:
    """The answer of the other State, measure by measure."""
    answer = one.answer
    common = _common(answer["measures"])
    rows = [_row(number, each, common) for number, each in enumerate(answer["measures"], 1)]
    head = (_("Measure"), _("Decision"), _("Ground"), _("Reasons, with provisions"))
    text = _("{state} answers: {decision}.").format(
        state=state_name(case.requested), decision=decision_label(answer["decision"])
    )
    parts = [sentence(strong(text))]
    if common:
        first = [point for point in answer["measures"][0]["points"] if point["text"] in common]
        parts += [sentence(strong(_("On the whole request:"))), bullets(map(_point, first))]
    parts.append(table(_("The answer, measure by measure"), head, rows))
    wanted = [_(tables.assurance(name).text) for name in answer["conditions"]]
    if wanted:
        parts += [sentence(strong(_("It wants these promises:"))), bullets(wanted)]
    told = {point["text"] for each in answer["measures"] for point in each["points"]}
    better = [each for each in answer["would_change"] if each not in told]
    if better:
        parts += [sentence(strong(_("What would make the answer better:"))), bullets(better)]
    elif answer["decision"] == "grant":
        parts.append(sentence(_("There is nothing left to mend.")))
    if answer["not_grounds"]:
        shown = [f"{each['text']} ({', '.join(each['provisions'])})" for each in answer["not_grounds"]]
        parts += [sentence(_("What is no reason to refuse:")), bullets(shown)]
    if answer["prosecute"]:
        text = _("Its own prosecutors take the case, because the person is refused for nationality alone")
        parts.append(sentence(strong(text), code("37(11)")))
    if not answer["final"]:
        parts.append(
            sentence(
                _("Nothing is refused for good yet: before that, the two States talk about it"),
                code("40(28)"),
            )
        )
    return join(*parts)


def _common(measures: Sequence[Mapping[str, Any]]) -> set[str]:
    """What is said of every measure alike, and is better said once."""
    if len(measures) < 2:
        return set()
    return set.intersection(*({point["text"] for point in each["points"]} for each in measures))


def _point(point: Mapping[str, Any]) -> Markup:
    refs = _refs(point)
    return join(point["text"], " ", code(", ".join(refs))) if refs else join(point["text"])


def _row(number: int, measure: Mapping[str, Any], common: set[str]) -> tuple[object, ...]:
    reasons = bullets(_point(point) for point in measure["points"] if point["text"] not in common)
    label = f"{number}. {measure_name(measure['what'])}" if measure["what"] else str(number)
    if measure["decision"] in ("grant", "conditions", "part"):
        who = _("Ordered by {who}.").format(who=measure["ordered_by"])
        reasons = join(reasons, sentence(who))
    return (
        label,
        strong(decision_label(measure["decision"])),
        ", ".join(measure["grounds"]) or "–",
        reasons or "–",
    )


def _refs(point: Mapping[str, Any]) -> list[str]:
    return list(
        dict.fromkeys([*([point["ground"]] if point.get("ground") else []), *point.get("provisions", ())])
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str]) -> Markup:
    """What differs between the forms of two rounds, field by field."""
    rows = [
        (labels.get(path, path), _said(before.get(path)), _said(after.get(path)))
        for path in dict.fromkeys([*before, *after])
        if before.get(path) != after.get(path)
    ]
    if not rows:
        return sentence(_("Nothing was changed since the round before."))
    return details(
        _("What was changed since the round before: {count}").format(count=len(rows)),
        table(_("Changes"), (_("Field"), _("Before"), _("In this round")), rows),
    )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "–" if value in (None, "") else str(value)


def rounds_table(rounds: Iterable[Round]) -> Markup:
    """Every round in a line."""
    rows = [
        (
            str(one.number),
            strong(decision_label(one.answer["decision"])),
            "; ".join(
                f"{number}. {measure_name(each['what']) if each['what'] else '?'}: {decision_label(each['decision'])}"
                for number, each in enumerate(one.answer["measures"], 1)
            ),
            ", ".join(one.answer["grounds"]) or "–",
        )
        for one in rounds
    ]
    return table(_("Rounds"), (_("Round"), _("Decision"), _("Measures"), _("Grounds")), rows)
