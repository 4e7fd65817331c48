"""A request about property as data (articles 49 and 50), and unprompted information (51): every gap explained.

>>> request = {"measure": "freeze-on-request", "to": "XC", "authority": "Aldermark Asset Recovery Office"}
>>> [finding.where for finding in check_request(request)]
['case', 'articles', 'facts', ...]
>>> insist_on(request)           # the same as an exception

A request is a plain mapping, as a form gives it. Texts are looked at for being there, not for their words: whether
they convince is for a person to say. What can be computed is checked: the amount against the value limits, the order
against the measure, the channel, the rights of third parties in good faith.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hanoikit.errors import Finding, RequestIncomplete
from hanoikit.i18n import _
from hanoikit.recovery.holders import Standing
from hanoikit.recovery.tables import Element, elements, law, measure, measures, spontaneous_elements

OFFENCES = tuple(str(number) for number in range(7, 18))


@dataclass(frozen=True, slots=True)
class Known:
    """What the file says about the property, to compare the request with. ``None`` is not known.

    ``traced`` is the stolen value in it under the rule that the request names, ``limit`` what confiscation reaches of
    it (31(4) to 31(6)), ``worth_cents`` its value in XTS cents.
    """

    traced: int | None = None
    limit: int | None = None
    worth_cents: int | None = None
    standing: Standing | None = None
    unit: str = ""


def needed(name: str) -> tuple[Element, ...]:
    """The elements that a request for this measure needs, in reading order. Raises UsageError."""
    measure(name)
    return tuple(one for one in elements() if not one.measures or name in one.measures)


def check_request(request: Mapping[str, Any], *, known: Known | None = None) -> tuple[Finding, ...]:
    """Every finding over a request, in reading order; ``where`` is the id of the element.

    Errors keep the request from being sent, warnings make a refusal likely, notes are for the reader.
    """
    name = str(request.get("measure") or "")
    if name not in {one.id for one in measures()}:
        choices = ", ".join(one.id for one in measures())
        message = _("Say what is wanted: {measures}.").format(measures=choices)
        return (Finding("measure-missing", message, "measure", ("49",)),)
    findings = [_missing(one) for one in needed(name) if _is_empty(request.get(one.id))]
    findings += _amounts(request, known or Known())
    findings += _offence(request)
    findings += _order(request, name)
    findings += _other_state(request, name, known or Known())
    order = [one.id for one in elements()]
    place = {element: n for n, element in enumerate(order)}
    return tuple(sorted(findings, key=lambda one: place.get(one.where, -1)))


def check_spontaneous(information: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Every gap in unprompted information about property (51). It asks for nothing, so it needs much less."""
    findings = [_missing(one) for one in spontaneous_elements() if _is_empty(information.get(one.id))]
    if not _is_empty(information.get("wanted")):
        message = _("Unprompted information asks for nothing. To have something frozen, send a request.")
        findings.append(Finding("asks-for-something", message, "wanted", ("49(2)", "51"), "warning"))
    return tuple(findings)


def insist_on(request: Mapping[str, Any], *, known: Known | None = None) -> None:
    """Raises RequestIncomplete with every finding when one of them is an error."""
    findings = check_request(request, known=known)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise RequestIncomplete(
            _("The request cannot go out: {n} gaps.").format(n=len(errors)),
            where=", ".join(dict.fromkeys(finding.where for finding in errors)),
            next_step=_("Fill in what the findings name."),
            findings=findings,
        )


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _missing(one: Element) -> Finding:
    message = f"{_('Missing')}: {_(one.label)}. {_(one.why)} {_(one.write)}"
    return Finding(f"{one.id}-missing", message, one.id, (one.provision,))


def _amounts(request: Mapping[str, Any], known: Known) -> list[Finding]:
    raw = request.get("amount")
    if _is_empty(raw):
        return []
    try:
        amount = int(str(raw).replace(" ", "").replace(",", ""))
    except ValueError:
        message = _("The amount is no whole number of the smallest unit.")
        return [Finding("amount-unreadable", message, "amount", ("50(3)",))]
    findings = []
    if amount <= 0:
        message = _("The amount must be greater than zero.")
        findings.append(Finding("amount-zero", message, "amount", ("50(3)",)))
    if known.unit and not _is_empty(request.get("unit")) and request.get("unit") != known.unit:
        message = _("The property is counted in {unit}.").format(unit=known.unit)
        findings.append(Finding("unit-other", message, "unit", ("50(3)",)))
    if known.limit is not None and amount > known.limit:
        message = _("More is asked for than confiscation reaches of mixed property: {limit}.").format(
            limit=known.limit
        )
        findings.append(Finding("above-limit", message, "amount", ("31(5)",)))
    elif known.traced is not None and amount > known.traced:
        message = _("More is asked for than the rule named traces here: {traced}.").format(
            traced=known.traced
        )
        findings.append(Finding("above-traced", message, "amount", ("2(j)", "31(5)")))
    return findings


def _offence(request: Mapping[str, Any]) -> list[Finding]:
    named = request.get("articles")
    if _is_empty(named):
        return []
    given = [str(one) for one in ([named] if isinstance(named, str | int) else named or [])]
    strange = [one for one in given if one.split("(")[0] not in OFFENCES]
    if not strange:
        return []
    message = _("Articles 7 to 17 hold the offences. This is none of them: {articles}.").format(
        articles=", ".join(strange)
    )
    return [Finding("no-offence", message, "articles", ("50(1)",))]


def _order(request: Mapping[str, Any], name: str) -> list[Finding]:
    if name == "enforce" and str(request.get("order_final")) == "no":
        message = _("An order that is open to appeal is not enforced. Ask for freezing until it is final.")
        return [Finding("order-open", message, "order_final", ("49(2)(a)", "50(3)"))]
    if name == "freeze-on-request" and not _is_empty(request.get("order")):
        message = _("There is an order. Ask on the order: it is the shorter way.")
        return [Finding("order-unused", message, "order", ("49(2)(a)",), "note")]
    return []


def _other_state(request: Mapping[str, Any], name: str, known: Known) -> list[Finding]:
    findings = []
    if str(request.get("channel")) == "network":
        message = _("The 24/7 network passes alerts on. A freeze takes a request to the central authority.")
        findings.append(Finding("channel-network", message, "channel", ("40(12)", "41(4)")))
    if known.standing is Standing.GOOD_FAITH:
        message = _("The holder seems to be in good faith. Say why this property can be taken all the same.")
        findings.append(Finding("good-faith", message, "holder", ("31(9)",), "warning"))
    if _is_empty(request.get("to")):
        return [*findings, Finding("state-missing", _("Name the State that is asked."), "to", ("40(12)",))]
    theirs = law(str(request["to"]))
    if name == "enforce" and not theirs.enforces_orders:
        message = _("This State does not carry out foreign orders. Ask for its own proceedings.")
        findings.append(Finding("orders-not-enforced", message, "measure", ("49(1)(b)", "50(1)"), "warning"))
    if name == "own-proceedings" and not theirs.own_proceedings:
        message = _("This State has no such proceedings. Send a final order.")
        findings.append(Finding("no-own-proceedings", message, "measure", ("49(1)(a)", "50(1)"), "warning"))
    ground = str(request.get("no_conviction_ground") or "").strip()
    if name == "without-conviction" and ground and ground not in theirs.without_conviction:
        message = _("The law of this State does not confiscate without a conviction on this ground.")
        where = "no_conviction_ground"
        findings.append(Finding("ground-not-known", message, where, ("49(1)(c)",), "warning"))
    if known.worth_cents is not None and known.worth_cents < theirs.least_value:
        message = _("The value is small. This State may refuse for that.")
        findings.append(Finding("small-value", message, "amount", ("50",), "warning"))
    return findings
