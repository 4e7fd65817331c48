"""The sentence that says why conduct is in, out, or depends.

>>> reason_for("absent", 16, (), state="Elvaria")
'Elvaria has no offence for article 16.'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.convention.offence.assessment import ElementFinding
    from hanoikit.convention.offence.conduct import Stage


def reason_for(
    verdict: str,
    article: int,
    findings: Sequence[ElementFinding],
    *,
    stage: Stage = "completed",
    choices: Sequence[str] = (),
    state_law: bool = False,
    helper: bool = False,
    state: str = "",
) -> str:
    """One to three short sentences. ``verdict`` may also be ``"absent"``: the State has no such offence."""
    if verdict == "absent":
        return _("{state} has no offence for article {article}.").format(state=state, article=article)
    missing = _listed(one for one in findings if one.truth is False)
    unsure = _listed(one for one in findings if one.truth is None)
    if verdict == "in":
        said = _("Every element is met.") if stage == "completed" else _tried(stage, punished=True)
        return said + (" " + _("A helper who takes part is punished too.") if helper else "")
    if verdict == "out":
        if missing:
            return _("Not met: {elements}.").format(elements=missing)
        return _tried(stage, punished=False)
    parts = [_("Still open: {elements}.").format(elements=unsure)] if unsure else []
    if not state_law and choices:
        parts.append(_each_state_decides(stage, choices))
    elif stage != "completed":
        parts.append(_tried(stage, punished=True))
    return " ".join(parts)


def _listed(findings: Iterable[ElementFinding]) -> str:
    return "; ".join(_(one.element.text) for one in findings)


def _tried(stage: Stage, *, punished: bool) -> str:
    if stage == "attempt":
        if punished:
            return _("Tried; not shown to be completed. This law punishes the attempt.")
        return _("Tried; not shown to be completed. This law does not punish the attempt of this offence.")
    if punished:
        return _("It was only prepared. This law punishes the preparation.")
    return _("It was only prepared. This law does not punish the preparation of this offence.")


def _each_state_decides(stage: Stage, choices: Sequence[str]) -> str:
    refs = ", ".join(choices)
    if stage == "attempt":
        return _("Tried, not completed. Each State decides whether it punishes the attempt ({refs}).").format(
            refs=refs
        )
    if stage == "preparation":
        return _("Only prepared. Each State decides whether it punishes preparation ({refs}).").format(
            refs=refs
        )
    return _("Each State decides whether its law goes this far ({refs}).").format(refs=refs)
