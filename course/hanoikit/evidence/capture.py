"""A packet capture as evidence: who spoke with whom, when and how much; DNS questions and unencrypted web traffic.

>>> capture = read("gateway.pcap")                                            # doctest: +SKIP
>>> [(flow.client, flow.server, flow.server_port, flow.first) for flow in capture.flows]      # doctest: +SKIP
>>> [(each.request.method, each.request.url) for each in capture.web]         # doctest: +SKIP
[('GET', 'http://bill.example/review/3346')]

Times in a capture are UTC by the clock of the capturing machine. Article 2 tells traffic data from content
data: ``flows`` holds the first (ends, times, sizes), ``web`` and what the flows carried the second, so that
a measure for traffic data (article 29) does not cover it (article 30 does).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import BinaryIO, overload

from hanoikit.errors import ArtefactUnreadable, Finding
from hanoikit.evidence.conversations import (
    Conversations,
    DnsQuery,
    Flow,
    Packet,
    WebExchange,
    WebRequest,
    WebResponse,
)
from hanoikit.i18n import _

__all__ = ["Capture", "DnsQuery", "Flow", "Packet", "WebExchange", "WebRequest", "WebResponse", "read"]

_MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000_000),
    b"\xa1\xb2\xc3\xd4": (">", 1_000_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1_000_000_000),
    b"\xa1\xb2\x3c\x4d": (">", 1_000_000_000),
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_LARGEST_PACKET = 1 << 18
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Capture(Sequence[Flow]):
    """A capture that was read; as a sequence it is its flows, by the time of their first packet."""

    path: Path
    packets: int
    first: datetime | None
    last: datetime | None
    flows: tuple[Flow, ...]
    dns: tuple[DnsQuery, ...]
    web: tuple[WebExchange, ...]
    findings: tuple[Finding, ...]

    @overload
    def __getitem__(self, index: int) -> Flow: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Flow, ...]: ...
    def __getitem__(self, index: int | slice) -> Flow | tuple[Flow, ...]:
        return self.flows[index]

    def __len__(self) -> int:
        return len(self.flows)


def read(path: str | PathLike[str]) -> Capture:
    """Read a capture (pcap or pcapng; Ethernet, Linux cooked or raw IP).

    A capture that breaks off in a packet keeps everything before it; ``findings`` says what is missing.

    :raises ArtefactUnreadable: the file cannot be read, is no capture, or not one packet of it is whole.
    """
    path = Path(path)
    findings: list[Finding] = []
    try:
        with path.open("rb") as stream:
            link, packets = _packets(stream, path.name, findings)
    except OSError as error:
        raise ArtefactUnreadable(
            _("The capture cannot be read: {reason}.").format(reason=error.strerror or error), where=str(path)
        ) from error
    if not packets and findings:
        raise ArtefactUnreadable(
            _("No packet of this capture is whole."),
            where=path.name,
            findings=findings,
            next_step=_copy_again(),
        )
    conversations = Conversations()
    unread = cut = 0
    for packet in packets:
        cut += packet.wire_size > len(packet.data)
        unread += not conversations.add(packet, link)
    if cut:
        text = _("{n:,} packets were captured only in part (capture length limit).").format(n=cut)
        findings.append(Finding("packets-cut", text, path.name, severity="warning"))
    if unread:
        text = _("{n:,} packets carry no IP, or parts of larger packets, and are only counted.").format(
            n=unread
        )
        findings.append(Finding("packets-uncounted", text, path.name, severity="note"))
    if any(later.at < earlier.at for earlier, later in pairwise(packets)):
        text = _(
            "The packets are not in the order of their times: the clock was set back, or files were joined."
        )
        findings.append(Finding("time-order", text, path.name, severity="warning"))
    flows, web = conversations.finish(findings)
    times = [packet.at for packet in packets]
    return Capture(
        path=path,
        packets=len(packets),
        first=min(times, default=None),
        last=max(times, default=None),
        flows=flows,
        dns=tuple(conversations.questions()),
        web=web,
        findings=tuple(findings),
    )


# the file


def _copy_again() -> str:
    return _("Copy the file again from the exhibit and compare its digest.")


def _packets(stream: BinaryIO, name: str, findings: list[Finding]) -> tuple[int, list[Packet]]:
    start = stream.read(4)
    stream.seek(0)
    if start == _PCAPNG:
        return _pcapng(stream, name, findings)
    if start not in _MAGIC:
        empty = _("The file is empty; there is no capture in it.")
        raise ArtefactUnreadable(
            _("This file does not begin as a packet capture does.") if start else empty,
            where=name,
            next_step=_copy_again(),
        )
    order, divisor = _MAGIC[start]
    header = stream.read(24)
    if len(header) < 24:
        raise ArtefactUnreadable(
            _("The capture ends within its header."), where=name, next_step=_copy_again()
        )
    link = struct.unpack(order + "I", header[20:24])[0] & 0x0FFFFFFF
    return link, list(_pcap(stream, order, divisor, name, findings))


def _pcap(stream: BinaryIO, order: str, divisor: int, name: str, findings: list[Finding]) -> Iterator[Packet]:
    """The packets of a classic capture; the times stay exact, because they are never a floating-point number."""
    number = 0
    while header := stream.read(16):
        number += 1
        where = _("{file}, packet {n}").format(file=name, n=number)
        if len(header) == 16:
            seconds, fraction, length, wire_size = struct.unpack(order + "IIII", header)
            if length > _LARGEST_PACKET or fraction >= divisor:
                text = _("The packet's header holds impossible values; nothing behind it can be read.")
                findings.append(Finding("packet-damaged", text, where))
                return
            data = stream.read(length)
            if len(data) == length:
                microseconds = fraction * 1_000_000 // divisor
                at = _EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
                yield Packet(number, at, data, wire_size)
                continue
        text = _("The capture breaks off within this packet; the packets before it are whole.")
        findings.append(Finding("capture-truncated", text, where))
        return


def _pcapng(stream: BinaryIO, name: str, findings: list[Finding]) -> tuple[int, list[Packet]]:
    import dpkt

    packets: list[Packet] = []
    try:
        reader = dpkt.pcapng.Reader(stream)
        link = int(reader.datalink())
    except (ValueError, dpkt.Error, struct.error) as error:
        raise ArtefactUnreadable(
            _("The capture's header cannot be read."), where=name, next_step=_copy_again()
        ) from error
    try:
        for seconds, data in reader:
            at = _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
            packets.append(Packet(len(packets) + 1, at, bytes(data), len(data)))
    except (ValueError, dpkt.Error, struct.error, OverflowError):
        where = _("{file}, packet {n}").format(file=name, n=len(packets) + 1)
        text = _("The capture breaks off within this packet; the packets before it are whole.")
        findings.append(Finding("capture-truncated", text, where))
    return link, packets
