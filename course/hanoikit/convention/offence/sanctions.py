"""How severely a State's law punishes: the longest sentence, what raises it, and whether the crime is serious.

>>> penalty(state("XA").offence("system"), Conduct({"critical-infrastructure": "yes"}), state("XA")).maximum
10

"Serious crime" looks at the longest sentence that the law allows, at least four years (2(h)), not at the sentence
that the judge will give. Parties may provide that an effect on critical information infrastructure makes an offence
graver (21(2)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hanoikit.convention.offence.conduct import Conduct
from hanoikit.convention.offence.logic import Truth
from hanoikit.convention.offence.states import Aggravation, CodeOffence, StateLaw
from hanoikit.errors import UsageError
from hanoikit.i18n import _

SERIOUS_YEARS = 4
"""Article 2(h)."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """The longest sentence in years. ``possible`` is what it becomes if every open circumstance is shown."""

    base: float
    maximum: float
    possible: float
    applied: tuple[Aggravation, ...]
    open: tuple[Aggravation, ...]

    @property
    def serious(self) -> Truth:
        """Whether it is a serious crime (2(h)); open while that hangs on an open circumstance."""
        if self.maximum >= SERIOUS_YEARS:
            return True
        return None if self.possible >= SERIOUS_YEARS else False

    @property
    def reason(self) -> str:
        """The same in a sentence or two."""
        said = [_("At most {years} years.").format(years=_number(self.maximum))]
        if self.maximum > self.base:
            said.append(
                _("Raised from {base} years by what the conduct did ({refs}).").format(
                    base=_number(self.base), refs=", ".join(dict.fromkeys(one.ref for one in self.applied))
                )
            )
        if self.possible > self.maximum:
            said.append(
                _("It may become {years} years: a circumstance is open.").format(years=_number(self.possible))
            )
        if self.serious:
            said.append(_("A serious crime (2(h))."))
        elif self.serious is False:
            said.append(_("No serious crime: less than four years (2(h))."))
        return " ".join(said)


def _number(years: float) -> str:
    return f"{years:g}"


def penalty(offence: CodeOffence, conduct: Conduct, law: StateLaw) -> Penalty:
    """The longest sentence for this offence and this conduct. A circumstance can raise it, never lower it."""
    bearing = [one for one in law.aggravations if offence.id in one.offences]
    applied = tuple(one for one in bearing if conduct.truth(one.fact, "completed"))
    unsure = tuple(one for one in bearing if conduct.value(one.fact) is None)
    maximum = max([offence.max_years, *(one.max_years for one in applied)])
    return Penalty(
        base=offence.max_years,
        maximum=maximum,
        possible=max([maximum, *(one.max_years for one in unsure)]),
        applied=applied,
        open=unsure,
    )


def prosecutable_until(
    offence: CodeOffence, law: StateLaw, *, committed: date, evading: tuple[date, date] | None = None
) -> date:
    """The last day on which the case can be brought to court in this State (20).

    ``evading`` is the first and the last day on which the suspect evaded justice. Then the clock stands still for
    those days that lie within the period, or the period is longer, as the State's law says. 29 February plus whole
    years is 28 February where the year has no 29th. Raises ``UsageError`` for an evasion that ends before it begins.
    """
    rule = law.limitation
    years = rule.years(offence.max_years)
    if evading is None:
        return _years_later(committed, years)
    first, last = evading
    if last < first:
        raise UsageError(_("The suspect cannot stop evading justice before it began."))
    end = _years_later(committed, years)
    if first > end or last < committed:
        return end
    if rule.evading == "longer":
        return _years_later(committed, years + rule.longer_by)
    return end + timedelta(days=(last - max(first, committed)).days + 1)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
