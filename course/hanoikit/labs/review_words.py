"""What the safeguards review shows in words and tables.

>>> shown, said = parts_table(case_file("night-shift"), ["a", "b"])
>>> said
'You keep 3 of 25 points. Still answered: Who holds the mailbox? ...'
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from hanoikit.casework.world import STATES
from hanoikit.convention import refusal_grounds
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, join, sentence, strong, table
from hanoikit.labs.offence_words import NO_BREAK
from hanoikit.labs.review_picture import short_verdict
from hanoikit.safeguards import CaseFile, Change, Comparison, Review, compare_gate, gates, narrow, outcomes
from hanoikit.safeguards.grounds import open_grounds
from hanoikit.safeguards.narrowing import Score
from hanoikit.safeguards.reading import Reading
from hanoikit.safeguards.ruling import Reason
from hanoikit.safeguards.tables import data_classes, weight_word


def kind_word(kind: str) -> str:
    """What is under review, in words."""
    return {
        "assistance": _("request for legal assistance"),
        "preservation": _("request to preserve data"),
        "disclosure": _("request for preserved traffic data"),
        "extradition": _("request for extradition"),
        "measure": _("measure of our own"),
    }[kind]


def state_word(code: str) -> str:
    """A State by its name and code."""
    known = STATES.get(code)
    return f"{known.name} ({code})" if known else code


def ground_options(kind: str) -> tuple[tuple[str, str], ...]:
    """The grounds that are open for this kind of request, with their names, for a list."""
    names = {one.ref: _(one.name) for one in refusal_grounds()}
    grounds = sorted(open_grounds(kind), key=list(names).index)
    return (("", _("no ground")), *((ref, f"{ref} {names[ref]}") for ref in grounds))


def verdict_word(verdict: str) -> str:
    """A gate's verdict for a table: sign and word stay on one line."""
    return short_verdict(verdict).replace(" ", NO_BREAK)


def refs(provisions: Sequence[str]) -> str:
    """Provisions in a row, each once."""
    return ", ".join(dict.fromkeys(provisions))


def reasons_said(reasons: Sequence[Reason]) -> str:
    """What the rules say, each with the parts that it speaks of."""
    told = [
        _("Part {parts}: {text}").format(parts=", ".join(one.parts), text=_(one.says))
        if one.parts
        else _(one.says)
        for one in reasons
    ]
    return " ".join(dict.fromkeys(told))


def file_shown(file: CaseFile) -> Markup:
    """The story, the parts of what is asked, and the questions of the case."""
    day = date.fromisoformat(file.date)
    who = (
        _("{state}, for itself").format(state=state_word(file.requested))
        if file.requesting == file.requested
        else _("{asks} asks {decides}").format(
            asks=state_word(file.requesting), decides=state_word(file.requested)
        )
    )
    reading = Reading(file)
    numbers = {need.id: f"Q{n}" for n, need in enumerate(file.needs, 1)}
    asked = [(numbers[need.id], _(need.text), weight_word(need.weight)) for need in file.needs]
    parts = [
        (
            part.id,
            _(part.text),
            _(data_classes()[part.data].name),
            ", ".join(n for name, n in numbers.items() if name in reading.answers(part)) or "–",
        )
        for part in file.parts
    ]
    return join(
        sentence(
            strong(_(file.title)),
            _("· {kind}; {who}; {day}").format(kind=kind_word(file.kind), who=who, day=day.isoformat()),
        ),
        sentence(_(file.story)),
        table(_("What the case has to answer"), (_("No."), _("Question"), _("Weight")), asked),
        table(_("What is asked for"), (_("Part"), _("What"), _("Class"), _("Answers")), parts),
    )


def _points(file: CaseFile, kept: Collection[str], *, why: bool) -> Markup:
    found = narrow(file)
    head = [_("Part"), _("Points"), _("Why so many"), _("Carried at most"), _("Your choice")]
    rows = []
    for part in file.parts:
        one = found.intrusions[part.id]
        weight = found.weights[part.id]
        row = [
            part.id,
            one.points,
            "; ".join(f"{label} {n}" for label, n in one.reasons),
            f"{found.allowed[part.id]} ({weight_word(weight)})" if weight else _("answers nothing"),
            _("✓ stays") if part.id in kept else _("✕ taken out"),
        ]
        rows.append([*row, found.why[part.id]] if why else row)
    return table(_("The parts"), [*head, _("The rules")] if why else head, rows)


def parts_table(file: CaseFile, kept: Sequence[str]) -> tuple[Markup, str]:
    """The parts with their points, and how much is kept; without saying what is right."""
    found, reading = narrow(file), Reading(file)
    whole = sum(one.points for one in found.intrusions.values())
    mine = sum(found.intrusions[letter].points for letter in kept)
    got = {name for letter in kept for name in reading.answers(file.part(letter))}
    answered = " ".join(_(need.text) for need in file.needs if need.id in got) or _("nothing.")
    said = _("You keep {mine} of {whole} points. Still answered: {answered}").format(
        mine=mine, whole=whole, answered=answered
    )
    return join(sentence(said), _points(file, kept, why=False)), said


def percent(share: float) -> str:
    return f"{round(100 * share)} %"


def score_shown(file: CaseFile, kept: Sequence[str], made: Score) -> tuple[Markup, str]:
    """The score of a choice of parts, and why each part stays or goes."""
    said = _("Needs kept {needs} × excess removed {excess} = {share}.").format(
        needs=percent(made.needs_kept), excess=percent(made.excess_removed), share=percent(made.share)
    )
    found = narrow(file)
    short = (
        _("This is the minimum: nothing needed is missing, and nothing else is taken.")
        if set(kept) == set(found.keep) or made.share == 1
        else _("The smallest set that is enough: {parts}.").format(
            parts=", ".join(found.keep) or _("no part")
        )
    )
    return join(sentence(strong(said), short), _points(file, kept, why=True)), f"{said} {short}"


def verdict_shown(
    found: Review, made: Comparison, decided: Mapping[str, Mapping[str, Any]], ground: str
) -> Markup:
    """The trainee's decisions beside the rules' review."""
    rows = []
    for one in found.gates:
        mine = decided[one.id]
        against = compare_gate(one, mine["decision"], mine["facts"])
        rows.append(
            (
                _(one.gate.name),
                verdict_word(mine["decision"]),
                verdict_word(one.verdict),
                ", ".join(mine["facts"]) or "–",
                ", ".join(one.carry) or "–",
                " ".join([against.sentence, reasons_said(one.reasons)]).strip(),
                refs(one.provisions),
            )
        )
    head = (
        _("Gate"), _("You"), _("Rules"), _("Your facts"), _("Facts that carry it"), _("Why"), _("Provisions"),
    )  # fmt: skip
    return join(
        sentence(strong(made.sentence)),
        sentence(_ground_said(found, ground)) if ground or found.grounds else Markup(""),
        table(_("Gate by gate"), head, rows),
        answer_shown(found),
        sentence(_(found.file.lesson)),
    )


def _ground_said(found: Review, ground: str) -> str:
    if not found.grounds:
        return _("You name a ground, {ground}. None is needed: nothing is refused or put off.").format(
            ground=ground
        )
    theirs = refs(found.grounds)
    if not ground:
        return _("Name the ground. Here: {grounds}.").format(grounds=theirs)
    if ground in found.grounds:
        return _("Your ground carries it: {ground}.").format(ground=ground)
    return _("Your ground, {ground}, does not carry it. Here: {grounds}.").format(
        ground=ground, grounds=theirs
    )


def answer_shown(found: Review) -> Markup:
    """The rules' own answer: what is given, on what conditions, what is asked, and what was looked for before a no."""
    lines: list[object] = []
    if found.outcome in ("grant", "part", "conditions"):
        given = [part.id for part in found.kept if part not in found.held]
        lines.append(_("Given: {parts}.").format(parts=", ".join(given)))
        if found.removed:
            lines.append(_("Not given: {parts}.").format(parts=", ".join(one.id for one in found.removed)))
    if found.held:
        lines.append(_("Waits: {parts} (40(27)).").format(parts=", ".join(one.id for one in found.held)))
    lines += [
        _("Condition: {text} ({refs})").format(text=_(one.text), refs=refs(one.provisions))
        for one in found.conditions
    ]
    lines += [_("Question: {text}").format(text=_(text)) for text in found.questions]
    lines += list(found.considered)
    lines += [
        _("No reason to refuse: {text} ({refs})").format(text=_(one.says), refs=refs(one.provisions))
        for one in found.notes
    ]
    lines += duties(found)
    said = _("The rules' answer: {answer}.").format(answer=outcomes()[found.outcome])
    return join(sentence(strong(said)), bullets(lines))


def duties(found: Review) -> list[str]:
    """What the answering State owes with its answer."""
    if found.file.kind == "extradition" and found.outcome == "refuse":
        made = [_("Consult before you refuse, and give reasons (37(17), 37(18)).")]
        if "37(11)" in found.grounds:
            made.append(_("Give the case to your own prosecutors without undue delay (37(11))."))
        return made
    if found.file.kind == "assistance":
        return {
            "refuse": [_("Consult before you refuse (40(28)), and give reasons (40(25)).")],
            "postpone": [_("Consult before you postpone (40(28)), and give reasons.")],
            "part": [_("Say why the rest is not given (40(25)).")],
            "ask": [_("Ask for what is missing (40(16)); keep the data safe meanwhile, if asked (42).")],
        }.get(found.outcome, [])
    return []


def flip_shown(found: Change) -> Markup:
    """A fact as it is and otherwise, and every gate before and after."""
    words = outcomes()
    rows = [
        (
            _(gate.name),
            verdict_word(found.before.gate(gate.id).verdict),
            verdict_word(found.after.gate(gate.id).verdict),
            reasons_said(found.after.gate(gate.id).reasons) or "–",
        )
        for gate in gates()
    ]
    rows.append(
        (
            _("Answer"),
            words[found.before.outcome],
            words[found.after.outcome],
            reasons_said(found.after.because) or "–",
        )
    )
    return join(
        sentence(strong(found.sentence)),
        sentence(_("As it is:"), _(found.fact.text)),
        sentence(_("Otherwise:"), _(found.twin.text)),
        table(
            _("Before and after"),
            (_("Gate"), _("As it is"), _("Otherwise"), _("Why, when it is otherwise")),
            rows,
        ),
    )
