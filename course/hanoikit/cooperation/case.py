"""A request with everything that is known about it, as the rules look at it.

>>> case = Case(request, law("XC"), Circumstances(conduct={...}))
>>> case.convention, sorted(case.gaps)
('in', ['', 'm1'])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from hanoikit.convention.offence import Verdict
from hanoikit.convention.offence.dual_criminality import Side
from hanoikit.cooperation.checking import errors, validate
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.requests import AssistanceRequest
from hanoikit.cooperation.state_rules import CooperationLaw
from hanoikit.errors import Finding


@dataclass(frozen=True)
class Case:
    """A request with everything that is known about it. What is worked out from it is worked out once."""

    request: AssistanceRequest
    law: CooperationLaw
    known: Circumstances

    @cached_property
    def here(self) -> Side | None:
        """What the requested State's law says about the conduct; None while the conduct is unknown."""
        return self.known.seen_by(self.law.state)

    @cached_property
    def there(self) -> Side | None:
        """The same for the requesting State; None also where the course has no law of it."""
        return self.known.seen_by(self.request.requesting)

    @cached_property
    def convention(self) -> Verdict | None:
        """Whether the conduct is an offence under the Convention."""
        return self.known.in_the_convention

    @cached_property
    def gaps(self) -> Mapping[str, tuple[Finding, ...]]:
        """The gaps of the request by the measure that they are about, "" for the whole."""
        made: dict[str, list[Finding]] = {}
        for remark in errors(validate(self.request, law=self.law)):
            number = remark.element[9:].split("]")[0] if remark.element.startswith("measures[") else ""
            name = self.request.measures[int(number) - 1].id if number else ""
            if remark.code not in ("not-reached", "not-serious"):
                made.setdefault(name, []).append(remark)
        return {name: tuple(found) for name, found in made.items()}

    def promised(self, assurance: str) -> bool:
        """Whether the requesting State promised this, in the request or afterwards."""
        return assurance in self.request.assurances or assurance in self.known.assured
