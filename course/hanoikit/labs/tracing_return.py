"""The end of the tracing bench: how far confiscation reaches, and who gets back how much.

>>> return_step(case, traces).perform("change", {"recovered": 50_000, "expenses": 2_000}).say     # doctest: +SKIP
'50,000.00 XTS are shared out; 119,000.00 XTS of loss stay open.'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hanoikit.convention import cite
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, join, sentence, strong, table
from hanoikit.labs.panel import Field, Result, Step, Values
from hanoikit.labs.tracing_words import money
from hanoikit.recovery import (
    CENT,
    COIN,
    Case,
    Claim,
    Property,
    Remainder,
    Rule,
    Trace,
    distribute,
    reach,
    rule_label,
)
from hanoikit.recovery.cast import COIN_RATE

Traces = Callable[[], Mapping[Rule, Trace]]


def losses(case: Case) -> dict[str, int]:
    """What each victim lost, in XTS cents; coins at the rate of the story's days."""
    flow = case.flow()
    found: dict[str, int] = {}
    for source in case.sources:
        lot = flow.lot(source.lot)
        cents = lot.value if lot.unit == CENT else lot.value * COIN_RATE // COIN
        found[source.victim] = found.get(source.victim, 0) + cents
    return found


def return_step(case: Case, traces: Traces) -> Step:
    """Limits of confiscation for the boat, and the return to the victims."""
    lost = losses(case)
    boat = next(line for line in case.lines if line.other == "boatyard")

    def run(values: Values) -> Result:
        rule = Rule(str(values["rule"]))
        dirty = traces()[rule].amount(f"{boat.id}:out")
        worth, recovered, expenses = (_cents(values[name]) for name in ("worth", "recovered", "expenses"))
        reached = reach(Property("boat", dirty, worth=worth, paid_from_lawful=boat.amount - dirty))
        shared = distribute(
            recovered,
            [Claim(who, loss) for who, loss in lost.items()],
            expenses=expenses,
            expenses_last=values["order"] == "last",
            remainder=Remainder.REQUESTING_STATE,
        )
        said = _("{all} are shared out; {open} of loss stay open.").format(
            all=money(recovered, CENT), open=money(sum(shared.open.values()), CENT)
        )
        limit = table(
            _(
                "The boat: paid with {dirty} of proceeds and {clean} of lawful money ({rule}), worth {worth} now"
            ).format(
                dirty=money(dirty, CENT),
                clean=money(boat.amount - dirty, CENT),
                rule=rule_label(rule),
                worth=money(worth, CENT),
            ),
            (_("Provision"), _("Amount"), _("Why")),
            [
                *((part.provision, money(part.amount, CENT), part.reason) for part in reached.parts),
                (_("stays"), money(reached.left, CENT), _("Lawful property is not touched.")),
            ],
        )
        paid = table(
            _("Who gets what"),
            (_("To"), _("Amount"), _("Provision"), _("Why"), _("Loss still open")),
            [
                (
                    _receiver(case, payment.who),
                    money(payment.amount, CENT),
                    payment.provision,
                    payment.reason,
                    money(shared.open[payment.who], CENT) if payment.who in shared.open else "",
                )
                for payment in shared.payments
            ],
        )
        return Result(join(sentence(strong(said)), paid, limit), say=said)

    return Step(
        "return",
        _("Give it back"),
        sentence(
            _("Victims come first. The State that recovered may deduct reasonable expenses"),
            Markup(f"({cite('52(2), 52(4)').html()})."),
            _("Mixed property can be taken up to the value of the proceeds"),
            Markup(f"({cite('31(5)').html()})."),
        ),
        fields=[
            Field("recovered", "number", _("Recovered, in XTS"), value=70_000),
            Field("expenses", "number", _("Expenses, in XTS"), value=2_500),
            Field(
                "order",
                "select",
                _("Expenses are taken"),
                (("first", _("before the victims")), ("last", _("only from what victims leave"))),
                "first",
            ),
            Field(
                "rule",
                "select",
                _("Rule for the boat"),
                tuple((r.value, rule_label(r)) for r in Rule),
                Rule.HAIRCUT.value,
            ),
            Field("worth", "number", _("The boat is worth, in XTS"), value=26_000),
        ],
        run=run,
        live=True,
    )


def _receiver(case: Case, who: str) -> str:
    return {
        "requested-state": _("the State that recovered"),
        "requesting-state": _("the requesting State"),
        "fund": _("the fund for technical assistance"),
        "requested-state-keeps": _("the State that recovered keeps it"),
    }.get(who, case.holder(who).name)


def _cents(value: object) -> int:
    try:
        cents = round(float(str(value).replace(",", "")) * 100)
    except (ValueError, OverflowError):
        raise UsageError(_("This is not an amount."), next_step=_("Write a number of XTS.")) from None
    if not 0 <= cents <= 10**12:
        raise UsageError(_("This amount cannot be used."), next_step=_("Write a number from 0 up."))
    return cents
