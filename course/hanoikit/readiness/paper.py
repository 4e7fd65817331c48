"""The readiness report on paper: a tagged PDF (PDF/UA-1), the same bytes each time.

>>> write_pdf(report(elvaria(), budget=400), Path("readiness.pdf"))
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from hanoikit.evidence.atomic import refusing, temporary
from hanoikit.evidence.typesetting import soft, typeset
from hanoikit.i18n import _, direction
from hanoikit.readiness.report import Report, step_state
from hanoikit.readiness.tables import SIDES, areas

_TEMPLATE = Path(__file__).with_name("plan.typ")


def write_pdf(made: Report, path: Path | str, *, language: str = "en") -> Path:
    """Write the report at ``path`` (replacing a file of that name).

    Raises ``ToolMissing`` without typst, ``EvidenceError`` when no font has a character or the place cannot be written.
    """
    moment = datetime.combine(made.day, time(), UTC)
    pdf, _fonts = typeset(_TEMPLATE, soft(_content(made, language, moment)), moment)
    path = Path(path)
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path) as draft:
            draft.write_bytes(pdf)
            draft.replace(path)
    return path


def _content(made: Report, language: str, moment: datetime) -> dict[str, Any]:
    return {
        "title": _("Readiness of {state}: gaps and plan").format(state=made.state),
        "date": [moment.year, moment.month, moment.day],
        "lang": language.split("_")[0],
        "rtl": direction() == "rtl",
        "labels": {
            "description": _("Gap profile and plan of an invented State, for training"),
            "invented": _("An invented State. All costs are assumed."),
            "page": _("Page"),
            "look": _("Look at this"),
            "areas": _("Where the gaps are"),
            "area": _("Area"),
            "reached": _("Reached"),
            "missing": _("Missing"),
            "largest": _("The ten largest gaps"),
            "question": _("Question"),
            "plan": _("The plan, in order"),
            "plan-note": _("Money in thousand XTS, own money in the first year."),
            "no": _("No."),
            "step": _("Step"),
            "articles": _("Articles"),
            "closes": _("Closes"),
            "cost": _("Cost"),
            "state": _("State"),
            "balance": _("What each paid step does for security, rights and sovereignty"),
            "balance-note": _("+ helps, 0 neither, - costs something and needs a guard or care."),
        },
        "summary": [list(pair) for pair in made.summary],
        "warnings": list(made.warnings),
        "areas": [
            [_(areas()[area]), str(reached), str(missing)]
            for area, (reached, missing) in made.profile.by_area().items()
        ],
        "gaps": [
            [_(one.question.text), ", ".join(one.question.provisions), str(one.points)]
            for one in made.profile.worst[:10]
        ],
        "steps": [
            [
                str(step.number),
                _(step.measure.title),
                ", ".join(step.measure.provisions),
                str(step.closes),
                str(step.cost),
                step_state(step),
            ]
            for step in made.plan.steps
        ],
        "balance": [
            {
                "title": f"{step.number}. {_(step.measure.title)}",
                "sides": [
                    [name, f"{side.effect} {_(side.text)}"]
                    for name, side in zip(
                        (_("Security"), _("Rights"), _("Sovereignty")),
                        (step.measure.balance[one] for one in SIDES),
                        strict=True,
                    )
                ],
            }
            for step in made.plan.funded
        ],
    }
