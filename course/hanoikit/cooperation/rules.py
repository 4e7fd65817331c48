"""The rules by which a State answers a request for legal assistance: each named, each with its ground.

>>> [rule.name for rule in RULES][:4]
['persecution', 'reach', 'gaps', 'place']
>>> RULES[0].ground, RULES[0].provisions
('40(22)', ('40(22)', '6(2)'))

A rule looks at one measure and yields what it has to say. No rule knows of another: the answer is put together from
all of them, so that taking one away or adding one cannot change what the others say. ``ground`` is the ground on which
the rule can refuse or postpone, "" for a rule that can do neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from hanoikit.convention.offence import facts
from hanoikit.cooperation import tables
from hanoikit.cooperation.answer import Point
from hanoikit.cooperation.case import Case
from hanoikit.cooperation.checking import CONVENTION
from hanoikit.cooperation.circumstances import concerns
from hanoikit.cooperation.instruments import Matter, fitting, instruments
from hanoikit.cooperation.need import carries, clipped
from hanoikit.cooperation.requests import Measure
from hanoikit.cooperation.state_rules import state_name
from hanoikit.i18n import _

_SERIOUS = 4
_GIVES_DATA = frozenset(
    {"stored-data", "real-time-traffic", "interception", "search-seizure", "records", "statements"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule. ``title`` says in words what it looks at."""

    name: str
    ground: str
    provisions: tuple[str, ...]
    look: Callable[[Case, Measure], Iterable[Point]]

    @property
    def title(self) -> str:
        return rule_title(self.name)

    def of(self, case: Case, measure: Measure) -> Iterator[Point]:
        """What the rule says about this measure."""
        for point in self.look(case, measure):
            yield replace(
                point, rule=self.name, measure=measure.id, provisions=point.provisions or self.provisions
            )


def _point(effect: str, text: str, **more: object) -> Point:
    return Point(rule="", effect=effect, text=text, **more)  # type: ignore[arg-type]


# the rules, in the order in which a State asks itself


def _persecution(case: Case, measure: Measure) -> Iterator[Point]:
    signs = case.known.persecution
    if signs.strength == "substantial":
        text = _(
            "There are substantial grounds to think that a person is pursued for a protected reason ({reason}). {what}"
        ).format(reason=_(signs.reason), what=signs.text)
        yield _point("refuse", text.strip(), ground="40(22)")
    elif signs.strength == "signs" and not case.promised("not-for-opinion"):
        text = _(
            "There are signs that a protected reason plays a part ({reason}). {what} Signs call for questions."
        )
        change = _("Explain what the person is accused of apart from it, and promise that it plays no part.")
        text = text.format(reason=_(signs.reason), what=signs.text)
        yield _point("ask", " ".join(text.split()), change=change, provisions=("40(22)", "40(16)", "40(28)"))


def _reach(case: Case, measure: Measure) -> Iterator[Point]:
    if case.request.instrument not in ("", CONVENTION):
        yield from _reach_of_another_treaty(case, measure)
        return
    if case.convention in ("in", "depends"):
        return
    electronic = bool(measure.what) and tables.measure(measure.what).electronic
    if case.convention == "out":
        serious = (
            case.there.serious if case.there is not None else case.request.offence.maximum_years >= _SERIOUS
        )
        if case.there is not None and case.there.verdict == "out":
            text = _(
                "What was done is no crime in the requesting State itself. There is no case to help with."
            )
            yield _point("refuse", text, ground="40(21)(a)", provisions=("40(1)", "35(1)"))
            return
        if serious is False:
            text = _(
                "It is no offence of the Convention, and no serious crime: the requesting State's law allows less than "
                "four years."
            )
            change = _("Ask on another basis: another treaty, or reciprocity.")
            yield _point(
                "refuse", text, ground="40(21)(a)", provisions=("35(1)(c)", "2(h)", "40(1)"), change=change
            )
            return
    elif case.request.scope != "serious-crime-evidence":
        return
    if measure.what and not electronic:
        text = _(
            "For crimes outside the Convention only evidence in electronic form is open. This is something else."
        )
        change = _("Ask for this on another basis: another treaty, or reciprocity.")
        yield _point(
            "refuse", text, ground="40(21)(a)", provisions=("35(1)(c)", "35(2)", "40(1)"), change=change
        )


def _reach_of_another_treaty(case: Case, measure: Measure) -> Iterator[Point]:
    """Whether the treaty that the request names opens this help (40(6), 60)."""
    request = case.request
    if (
        request.instrument not in instruments()
        or request.date is None
        or case.known.conduct is None
        or not measure.what
    ):
        return
    side = case.there
    years = request.offence.maximum_years
    if side is not None:
        years = max([years, *(int(of.maximum) for one, of in side.penalties if one.verdict == "in")])
    kind = tables.measure(measure.what)
    matter = Matter(
        articles=case.known.articles,
        maximum_years=years,
        electronic=kind.electronic,
        coercive=kind.coercive,
        organized=case.known.organized,
        corruption=case.known.corruption,
    )
    found = fitting(request.requesting, request.requested, matter, request.date)
    mine = next(one for one in found if one.instrument == request.instrument)
    if mine.fits == "no":
        better = next((one for one in found if one.fits != "no"), None)
        change = (
            _("Name another basis.")
            if better is None
            else _("Name another basis: {name}.").format(name=better.name)
        )
        yield _point("ask", mine.reason, change=change, provisions=("40(6)", "40(7)", *mine.provisions))


def _gaps(case: Case, measure: Measure) -> Iterator[Point]:
    for remark in (*case.gaps.get("", ()), *case.gaps.get(measure.id, ())):
        if case.known.asked_before:
            text = _("We asked for this and got no answer. {gap}").format(gap=remark)
            yield _point(
                "refuse",
                text,
                ground="40(21)(a)",
                provisions=(*remark.provisions, "40(16)"),
                change=str(remark),
            )
        else:
            yield _point("ask", str(remark), provisions=(*remark.provisions, "40(16)"), change=str(remark))


def _place(case: Case, measure: Measure) -> Iterator[Point]:
    if measure.id in case.known.elsewhere:
        where = state_name(case.known.elsewhere[measure.id])
        text = _("The data or the person are not here but in {state}. We cannot act there.").format(
            state=where
        )
        change = _("Send this part to {state}.").format(state=where)
        yield _point("ask", text, change=change, provisions=("5(2)", "44(1)"))
    elif concerns(case.known.gone, measure.id):
        text = _("The data no longer exist. There is nothing to hand over.")
        change = _(
            "Say whether other data would help, for example a backup, a bank record or another provider."
        )
        yield _point("ask", text, change=change, provisions=("40(16)", "40(28)"))


def _dual_criminality(case: Case, measure: Measure) -> Iterator[Point]:
    side = case.here
    lines = [
        number
        for number, line in enumerate(measure.data, 1)
        if case.law.needs_dual_criminality(measure.what, line.category)
    ]
    whole = case.law.needs_dual_criminality(measure.what) or (
        bool(measure.data) and len(lines) == len(measure.data)
    )
    if side is None or not (whole or lines) or side.verdict == "in":
        return
    if side.verdict == "out":
        text = _(
            "What was done is no crime in {state}, and its law asks for this before this measure is taken."
        )
        change = _(
            "State more facts if they show conduct that both laws punish. The name of the offence makes no difference."
        )
        yield _point(
            "refuse" if whole else "cut",
            text.format(state=_(case.law.name)),
            ground="40(8)",
            lines=() if whole else tuple(lines),
            provisions=("40(8)", "35(3)"),
            change=change,
        )
    else:
        open_facts = dict.fromkeys(key for one in side.perhaps for key in one.open_facts)
        said = "; ".join(_(facts()[key].text) for key in list(open_facts)[:4])
        text = _("Whether it is a crime in {state} hangs on facts that the request does not state: {facts}.")
        text = text.format(state=_(case.law.name), facts=said)
        yield _point(
            "ask",
            text,
            change=_("State these facts: {facts}.").format(facts=said),
            provisions=("40(8)", "40(16)"),
        )


def _trivial(case: Case, measure: Measure) -> Iterator[Point]:
    if case.known.trivial and case.law.declines_trivial:
        text = _("The matter is trivial, and {state} declines help in trivial matters.").format(
            state=_(case.law.name)
        )
        change = _(
            "Show why the matter is graver than it looks, or use police channels for what needs no order."
        )
        yield _point("refuse", text, ground="40(8)", change=change)


def _own_law(case: Case, measure: Measure) -> Iterator[Point]:
    side = case.here
    if side is None:
        return
    sure = {one.offence.id: 0.0 for one in side.punishing if one.offence is not None}
    sure |= {
        one.offence.id: of.maximum
        for one, of in side.penalties
        if one.offence is not None and one.verdict == "in"
    }
    if not sure:
        # Whether the act is a crime here is another question, with a ground of its own.
        return
    for bar in case.law.bars:
        if bar.what != measure.what:
            continue
        listed = bar.offences is None or bool(bar.offences & set(sure))
        grave = max(sure.values()) >= bar.years
        if listed and grave:
            continue
        lines = tuple(n for n, line in enumerate(measure.data, 1) if line.category == bar.category)
        if bar.category and not lines:
            continue
        change = _(
            "Ask for something milder: data that are stored already, or a less intrusive kind of data."
        )
        whole = not bar.category or len(lines) == len(measure.data)
        effect = "refuse" if whole else "cut"
        yield _point(effect, _(bar.text), ground="40(21)(c)", lines=() if whole else lines, change=change)


def _privilege(case: Case, measure: Measure) -> Iterator[Point]:
    profession = case.known.privileged.get(measure.id, "")
    if not profession or profession not in case.law.privileged:
        return
    if case.promised("filter-privileged"):
        text = _(
            "Privileged material is taken out before anybody looks; with this promise the rest can be given."
        )
        yield _point("note", text, provisions=("24(3)",))
    else:
        text = _(
            "Among the data are confidences with a {profession}. {state}'s law would not let its own police read them."
        )
        text = text.format(profession=_(profession), state=_(case.law.name))
        change = _("Promise that an independent person takes the privileged material out.")
        yield _point(
            "condition", text, assurance="filter-privileged", change=change, provisions=("40(21)(c)", "24(3)")
        )


def _interests(case: Case, measure: Measure) -> Iterator[Point]:
    acts = case.known.conduct or {}
    touched = [(one.interest, one.text) for one in case.known.touches if concerns(one.measures, measure.id)]
    punished = case.here is not None and case.here.verdict != "out"
    touched += [
        (one.id, "")
        for one in case.law.interests
        if one.conduct and acts.get(one.conduct) == "yes" and not punished and case.convention == "out"
    ]
    for name, said in touched:
        interest = case.law.interest(name)
        if interest is None:
            continue
        text = _("It touches an essential interest: {interest} {what}").format(
            interest=_(interest.text), what=said
        )
        if not interest.cure:
            change = _("Ask for what does not touch it.")
            provisions = ("40(21)(b)", "6(2)") if interest.conduct else ("40(21)(b)",)
            yield _point("refuse", text.strip(), ground="40(21)(b)", change=change, provisions=provisions)
        elif not case.promised(interest.cure):
            promise = tables.assurance(interest.cure)
            change = _("Promise: {promise}").format(promise=_(promise.text))
            provisions = ("40(21)(b)", "40(28)")
            yield _point(
                "condition", text.strip(), assurance=promise.id, change=change, provisions=provisions
            )


def _expression(case: Case, measure: Measure) -> Iterator[Point]:
    """What somebody said in public, and nothing else: a case to ask about, whatever it is called (6(2))."""
    acts = case.known.conduct or {}
    if acts.get("insult") != "yes" or case.convention != "out":
        return
    text = _(
        "The case is about what somebody said in public. The Convention may not be read as a tool against expression."
    )
    change = _("Say which other act is investigated, if there is one. For words alone there will be no help.")
    yield _point("ask", text, change=change, provisions=("6(2)", "40(22)", "40(16)"))


def _once_only(case: Case, measure: Measure) -> Iterator[Point]:
    if case.known.tried_already and case.law.once_only:
        text = _(
            "The person was tried for this act already. {state}'s law on assistance does not help to try it again."
        )
        change = _("Show that the case is about another act, or against another person.")
        yield _point("refuse", text.format(state=_(case.law.name)), ground="40(21)(d)", change=change)


def _personal_data(case: Case, measure: Measure) -> Iterator[Point]:
    if (
        not case.known.personal_data
        or measure.what not in _GIVES_DATA
        or case.request.requesting in case.law.trusts
    ):
        return
    for name in case.law.data_needs:
        if case.promised(name):
            continue
        promise = tables.assurance(name)
        change = _("Promise: {promise}").format(promise=_(promise.text))
        if case.known.no_data_promise:
            text = _("Without this promise {state}'s data law forbids the transfer: {promise}")
            text = text.format(state=_(case.law.name), promise=_(promise.text))
            provisions = ("36(1)(a)", "36(1)(b)")
            yield _point("refuse", text, ground="36(1)(a)", change=change, provisions=provisions)
        else:
            text = _("{state}'s data law allows the transfer with this promise: {promise}")
            text = text.format(state=_(case.law.name), promise=_(promise.text))
            yield _point("condition", text, assurance=name, change=change, provisions=("36(1)(b)",))


def _narrowing(case: Case, measure: Measure) -> Iterator[Point]:
    """What the facts carry is given, what they do not carry is not (24(1), 24(4))."""
    needed = case.known.needed
    if needed is None or not measure.what:
        return
    mine = [one for one in needed if one.what == measure.what]
    provisions = ("24(1)", "24(4)", "40(21)(c)")
    change = _("Say what this will show in your case, or leave it out.")
    if not mine:
        text = _(
            "Nothing in the facts shows why the case needs this measure. Our own court would not order it."
        )
        yield _point("refuse", text, ground="40(21)(c)", change=change, provisions=provisions)
        return
    for number, line in enumerate(measure.data, 1):
        if not line.category or not line.identifier.strip():
            continue
        fitting = [one for one in mine if carries(one, line)]
        if not fitting:
            text = _("The facts do not show why the case needs {category} data of {identifier}.")
            text = text.format(category=_(line.category), identifier=line.identifier)
            yield _point(
                "cut", text, ground="40(21)(c)", lines=(number,), change=change, provisions=provisions
            )
        elif clipped(line, fitting) != line:
            text = _(
                "The period for {identifier} is wider than the facts carry. We give the part that they carry."
            )
            yield _point(
                "note",
                text.format(identifier=line.identifier),
                lines=(number,),
                change=change,
                provisions=("24(1)", "24(4)"),
            )


def _own_case(case: Case, measure: Measure) -> Iterator[Point]:
    for one in case.known.own_case:
        if not concerns(one.measures, measure.id):
            continue
        text = _("It would disturb a case of our own. {what}").format(what=one.text).strip()
        if one.cure in tables.assurances():
            if not case.promised(one.cure):
                promise = _(tables.assurance(one.cure).text)
                change = _("Promise: {promise}").format(promise=promise)
                yield _point(
                    "condition", text, assurance=one.cure, change=change, provisions=("40(27)", "40(28)")
                )
            continue
        change = _("Say which part you need first, and by when.")
        if one.until is not None:
            text = _("{text} We expect to go on after {day}.").format(text=text, day=one.until.isoformat())
        yield _point("postpone", text, ground="40(27)", change=change, provisions=("40(27)", "40(28)"))


def _conditions(case: Case, measure: Measure) -> Iterator[Point]:
    content = measure.what in ("interception", "search-seizure") or any(
        one.category == "content" for one in measure.data
    )
    holds = {
        "always": True,
        "personal-data": case.known.personal_data,
        "content": content,
        "live-content": measure.what == "interception",
        "death-penalty": case.known.death_penalty,
        "large-costs": case.known.large_costs,
        "absent-trial": case.known.absent_trial,
    }
    for one in case.law.conditions:
        if not holds[one.when] or case.promised(one.assurance):
            continue
        promise = tables.assurance(one.assurance)
        text = _("{state} gives this help under a condition: {promise}").format(
            state=_(case.law.name), promise=_(promise.text)
        )
        change = _("Promise: {promise}").format(promise=_(promise.text))
        provisions = (*promise.provisions, "40(28)")
        yield _point(
            "condition",
            text,
            assurance=promise.id,
            change=change,
            provisions=tuple(dict.fromkeys(provisions)),
        )


def _secrecy(case: Case, measure: Measure) -> Iterator[Point]:
    if not case.request.confidentiality.asked or case.law.keeps_secret or not measure.what:
        return
    if tables.measure(measure.what).coercive:
        text = _("{state} cannot keep the request secret: whoever gets the order may tell the customer.")
        change = _("Say whether we are to go on without secrecy, or to wait until it is no longer needed.")
        yield _point("ask", text.format(state=_(case.law.name)), change=change)


def rule_title(name: str) -> str:
    """What the rule of this name looks at, in words."""
    return {
        "persecution": _("Persecution for a protected reason"),
        "reach": _("Within the reach of the Convention"),
        "gaps": _("Complete and in good form"),
        "place": _("Whether we can act at all"),
        "trivial": _("Trivial matters"),
        "own-law": _("What our own authorities could do"),
        "privilege": _("Secrets of professions"),
        "interests": _("Essential interests"),
        "expression": _("Words in public"),
        "once-only": _("Nobody is tried twice"),
        "personal-data": _("Personal data"),
        "narrowing": _("Only what the facts carry"),
        "own-case": _("A case of our own"),
        "conditions": _("Our usual conditions"),
        "secrecy": _("Secrecy of the request"),
        "dual-criminality": _("A crime in both States, by what was done"),
        "threshold": _("Grave enough for our law"),
        "bars": _("Tried already, or too late"),
        "nationality": _("Own nationals"),
        "tax": _("Tax matters"),
        "bank-secrecy": _("Bank secrecy"),
        "political": _("A political side"),
        "reserved": _("Reserved dual criminality"),
    }[name]


RULES: tuple[Rule, ...] = (
    Rule("persecution", "40(22)", ("40(22)", "6(2)"), _persecution),
    Rule("reach", "40(21)(a)", ("35(1)", "40(1)"), _reach),
    Rule("gaps", "40(21)(a)", ("40(15)", "40(16)"), _gaps),
    Rule("place", "", ("5(2)",), _place),
    Rule(
        "dual-criminality",
        "40(8)",
        ("40(8)", "35(3)"),
        _dual_criminality,
    ),
    Rule("trivial", "40(8)", ("40(8)",), _trivial),
    Rule("own-law", "40(21)(c)", ("40(21)(c)",), _own_law),
    Rule("privilege", "", ("24(3)",), _privilege),
    Rule("interests", "40(21)(b)", ("40(21)(b)",), _interests),
    Rule("expression", "", ("6(2)",), _expression),
    Rule("once-only", "40(21)(d)", ("40(21)(d)",), _once_only),
    Rule("personal-data", "36(1)(a)", ("36(1)(a)",), _personal_data),
    Rule("narrowing", "40(21)(c)", ("24(1)", "24(4)"), _narrowing),
    Rule("own-case", "40(27)", ("40(27)",), _own_case),
    Rule("conditions", "", ("40(28)",), _conditions),
    Rule("secrecy", "", ("40(20)",), _secrecy),
)
"""The rules in the order in which their reasons are given."""
