"""The exhibit reader: the mail, the packets and the photo of the case, with what each shows and what it does not.

>>> reader = exhibit_reader(case)
>>> reader.press("mail", "read")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, bullets, code, details, join, preformatted, sentence, strong, table
from hanoikit.labs.panel import Button, Result, Step, Values, panel
from hanoikit.labs.timeline import duration, utc

if TYPE_CHECKING:
    from hanoikit.casework import Case


def exhibit_reader(case: Case) -> Any:
    """The panel."""
    reader = _Reader(case)
    steps = [
        Step(
            "mail",
            _("The mail (lure.eml)"),
            sentence(_("Are body and headers as they were signed? Which way did the mail take?")),
            buttons=[Button("read", _("Read the mail"))],
            run=reader.mail,
        ),
        Step(
            "capture",
            _("The packets (gateway.pcap)"),
            sentence(_("Who spoke with whom, and when? The capture counts its time in UTC.")),
            buttons=[Button("read", _("Read the packets"))],
            run=reader.capture,
        ),
        Step(
            "photo",
            _("The photo (photo.jpg)"),
            sentence(_("Where and when does the camera say that it took the picture?")),
            buttons=[Button("read", _("Read the photo"))],
            run=reader.photo,
        ),
    ]
    return panel(_("Exhibit reader"), steps)


class _Reader:
    def __init__(self, case: Case) -> None:
        self.case = case

    def mail(self, values: Values) -> Result:
        """DKIM, ARC and the way of the mail."""
        from hanoikit.evidence import mail

        report = mail.read(self.case.path("lure.eml"), dns=self.case.path("dns-zone.json"))
        seals = [
            (f"DKIM, {one.domain}", strong(one.result), one.explanation) for one in report.signatures
        ] + [("ARC", strong(report.arc.result), report.arc.explanation)]
        hops = [
            (
                hop.by,
                f"{hop.sender} ({hop.address})",
                hop.at.text if hop.at else "–",
                utc(hop.at.instant) if hop.at and hop.at.instant else _("no time"),
                duration(hop.after) if hop.after is not None else "–",
            )
            for hop in report.hops
        ]
        passed = all(one.result == "pass" for one in report.signatures) and report.arc.result == "pass"
        said = (
            _("The signatures hold: the mail is as {domain} sent it.").format(
                domain=report.signatures[0].domain
            )
            if passed and report.signatures
            else _("Not every signature holds.")
        )
        rows = [
            (_("From"), report.sender),
            (_("To"), report.recipients),
            (_("Subject"), report.subject),
            (_("Date, as the sender wrote it"), report.date.text if report.date else "–"),
        ]
        return Result(
            join(
                sentence(strong(said)),
                sentence(
                    _(
                        "That proves the domain, not the person: the crew owns this domain, and it signed its own lie."
                    )
                ),
                table(_("Headers"), (_("Header"), _("Content")), rows),
                table(_("Signatures"), (_("Which"), _("Result"), _("What it means")), seals),
                table(
                    _("The way of the mail, oldest first"),
                    (
                        _("Server"),
                        _("Received from"),
                        _("As written"),
                        _("In UTC"),
                        _("After the one before"),
                    ),
                    hops,
                ),
                bullets(str(finding) for finding in report.findings),
                details(_("The text of the mail"), preformatted(report.text)),
            ),
            say=said,
        )

    def capture(self, values: Values) -> Result:
        """Conversations, names asked, pages fetched and sent."""
        from hanoikit.evidence import capture

        read = capture.read(self.case.path("gateway.pcap"))
        flows = [
            (
                f"{flow.client}:{flow.client_port}",
                f"{flow.server}:{flow.server_port}",
                flow.protocol,
                utc(flow.first),
                f"{flow.packets:,}",
                f"{flow.bytes_sent:,} / {flow.bytes_received:,}",
            )
            for flow in read.flows
        ]
        names = [
            (query.name, ", ".join(query.answers or ()) or query.error, utc(query.at)) for query in read.dns
        ]
        web = [
            (
                f"{exchange.request.method} {exchange.request.url}" if exchange.request else "–",
                utc(exchange.request.at) if exchange.request else "–",
                code(exchange.request.body.decode("utf-8", "replace")) if exchange.request else "",
                f"{exchange.response.status} {exchange.response.reason}"
                if exchange.response
                else _("no answer"),
            )
            for exchange in read.web
        ]
        said = ngettext("{n} conversation.", "{n} conversations.", len(flows)).format(n=len(flows))
        return Result(
            join(
                sentence(strong(said), _("Addresses are machines, not people.")),
                table(
                    _("Conversations"),
                    (
                        _("From"),
                        _("To"),
                        _("Protocol"),
                        _("First packet"),
                        _("Packets"),
                        _("Bytes sent / received"),
                    ),
                    flows,
                ),
                table(_("Names that were asked"), (_("Name"), _("Answer"), _("When")), names)
                if names
                else Markup(""),
                table(_("Web pages"), (_("Request"), _("When"), _("What was sent"), _("Answer")), web)
                if web
                else Markup(""),
                bullets(str(finding) for finding in read.findings),
            ),
            say=said,
        )

    def photo(self, values: Values) -> Result:
        """Camera, time and position, as the file states them."""
        from hanoikit.evidence import photo

        report = photo.read(self.case.path("photo.jpg"))
        taken = report.taken
        rows = [
            (_("Camera"), f"{report.make} {report.model}".strip() or "–"),
            (_("Picture"), f"{report.width} × {report.height}, {report.format}"),
            (_("Taken, as the camera wrote it"), f"{taken.stored:%Y-%m-%d %H:%M:%S}" if taken else "–"),
            (_("Zone of the camera"), (taken.offset if taken and taken.offset else _("not stated"))),
            (_("Time from the satellites"), utc(report.gps_time) if report.gps_time else "–"),
            (_("Position"), report.position.dms if report.position else _("none in the file")),
        ]
        if taken and taken.offset is None and report.implied_offset is not None:
            ahead = duration(abs(report.implied_offset))
            rows.append(
                (_("Camera against satellites"), _("{time} apart: the camera's own zone").format(time=ahead))
            )
        said = (
            _("The file states a position: {position}.").format(position=report.position.dms)
            if report.position
            else _("The file states no position.")
        )
        return Result(
            join(
                sentence(strong(said)),
                sentence(
                    _(
                        "Anybody can write these values into a file. Look for a second source before you rely on them."
                    )
                ),
                table(_("What the photo says about itself"), (_("Field"), _("Value")), rows),
                bullets(str(finding) for finding in report.findings),
            ),
            say=said,
        )
