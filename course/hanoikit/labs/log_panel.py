"""Checking the custody log as it arrived, alone or against what witnesses noted.

>>> log_check(case)   # in a notebook: the panel, and the log as a timeline
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, code, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.timeline import custody_timeline, utc

if TYPE_CHECKING:
    from hanoikit.casework import Case
    from hanoikit.errors import Finding


def log_check(case: Case) -> Any:
    """The panel for the custody log of ``case``."""
    return _LogCheck(case).widget()


class _LogCheck:
    def __init__(self, case: Case) -> None:
        from hanoikit.evidence.custody import CustodyLog

        self.case = case
        self.log = CustodyLog.load(case.path("custody.jsonl"))

    def widget(self) -> Any:
        read = Step(
            "read",
            _("1. Read the log"),
            sentence(_("The log as it reached you. Follow who had the stick.")),
            buttons=[Button("read", _("Show the log"))],
            run=self._read,
        )
        check = Step(
            "check",
            _("2. Check the log"),
            sentence(
                _(
                    "First alone. Then against the heads that witnesses noted outside: "
                    "a head is the number and the hash of the last entry."
                )
            ),
            fields=[
                Field(
                    "against",
                    "checks",
                    _("Compare with"),
                    (("witnesses", _("the heads that the witnesses noted (custody-witness.json)")),),
                    [],
                )
            ],
            buttons=[Button("check", _("Check the log"))],
            run=self._check,
        )
        return panel(_("The custody log of the case"), [read, check])

    def _read(self, values: Values) -> Result:
        view = custody_timeline(self.log)
        return Result(
            join(sentence(view.sentence), view.table(_("The custody log as it arrived"))), say=view.sentence
        )

    def _check(self, values: Values) -> Result:
        from hanoikit.casework import witnessed_heads
        from hanoikit.evidence.certificates import load_certificate
        from hanoikit.evidence.custody import verify

        anchors = (
            witnessed_heads(self.case.path("custody-witness.json"))
            if "witnesses" in values["against"]
            else []
        )
        roots = [load_certificate(self.case.path("authority.pem"))]
        findings = verify(self.log, roots=roots, anchors=anchors)
        said = _said(findings, with_witness=bool(anchors))
        witnessed = [
            (anchor.index, code(anchor.hash[:16] + " …"), anchor.source, utc(anchor.at) if anchor.at else "")
            for anchor in anchors
        ]
        heads = (
            table(
                _("What the witnesses noted"),
                (_("Entry"), _("Hash of its line"), _("Who noted it"), _("When")),
                witnessed,
            )
            if witnessed
            else Markup("")
        )
        return Result(
            join(sentence(strong(said)), findings_table(findings), heads), say=said, ok=not findings
        )


def findings_table(findings: Iterable[Finding]) -> Markup:
    """All findings in reading order; nothing where there are none."""
    rows = [(finding.where, finding.message, code(finding.code)) for finding in findings]
    return (
        table(
            _("What the check found, first broken link first"),
            (_("Where"), _("What is wrong"), _("Code")),
            rows,
        )
        if rows
        else Markup("")
    )


def _said(findings: Iterable[Finding], *, with_witness: bool) -> str:
    count = sum(1 for _finding in findings)
    if count:
        return ngettext("The check found {n} fault.", "The check found {n} faults.", count).format(n=count)
    if with_witness:
        return _("The check found nothing, also against the witnesses.")
    return _(
        "The check found nothing inside the log. That does not prove that nothing was cut off or written anew."
    )
