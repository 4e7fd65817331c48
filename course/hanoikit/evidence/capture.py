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

import ipaddress
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, overload

from hanoikit.errors import ArtefactUnreadable, Finding
from hanoikit.i18n import _

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
class Packet:
    """One packet as captured: ``number`` from 1, ``at`` in UTC, ``wire_size`` its length before it was cut."""

    number: int
    at: datetime
    data: bytes
    wire_size: int


@dataclass(frozen=True, slots=True)
class Flow:
    """One conversation. The client is who sent the first packet (of TCP: who opened the connection, if recorded).

    ``bytes_sent`` and ``bytes_received`` count the payload from client to server and back; ``sent`` and
    ``received`` hold it for TCP, put in order and without repetitions; ``gap`` tells that some of it was
    not captured.
    """

    protocol: str
    client: str
    client_port: int
    server: str
    server_port: int
    first: datetime
    last: datetime
    packets: int
    bytes_sent: int
    bytes_received: int
    sent: bytes = field(repr=False, default=b"")
    received: bytes = field(repr=False, default=b"")
    gap: bool = False

    @property
    def duration(self) -> timedelta:
        """From the first packet to the last."""
        return self.last - self.first

    def __str__(self) -> str:
        ends = f"{_end(self.client, self.client_port)} -> {_end(self.server, self.server_port)}"
        return f"{self.first:%Y-%m-%d %H:%M:%SZ} {self.protocol} {ends}, {self.packets} packets"


@dataclass(frozen=True, slots=True)
class DnsQuery:
    """One DNS question and what was answered: ``answers`` as text, ``None`` where no answer was captured."""

    at: datetime
    client: str
    server: str
    name: str
    kind: str
    answers: tuple[str, ...] | None
    answered_at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One HTTP request as it went over the wire."""

    at: datetime
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebResponse:
    """One HTTP response as it went over the wire."""

    at: datetime
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebExchange:
    """A request with its response; ``response`` is ``None`` where none was captured."""

    flow: Flow
    request: WebRequest
    response: WebResponse | None


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
    conversations = _Conversations()
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


# conversations

_End = tuple[str, int]


@dataclass(slots=True)
class _Talk:
    protocol: str
    client: _End
    server: _End
    first: datetime
    last: datetime
    packets: int = 0
    closed: bool = False
    sizes: dict[_End, int] = field(default_factory=dict)
    pieces: dict[_End, list[tuple[int, bytes, datetime]]] = field(default_factory=dict)


class _Conversations:
    def __init__(self) -> None:
        self._talks: list[_Talk] = []
        self._open: dict[tuple[str, frozenset[_End]], _Talk] = {}
        self._asked: dict[tuple[int, str, str, str, str], int] = {}
        self._questions: list[DnsQuery] = []

    def add(self, packet: Packet, link: int) -> bool:
        """Sort one packet in; ``False`` when it carries no IP packet that stands alone."""
        import dpkt

        try:
            ip = _ip(packet.data, link)
        except (dpkt.Error, struct.error, IndexError, ValueError):
            return False
        if ip is None or _is_fragment(ip):
            return False
        source, target = str(ipaddress.ip_address(ip.src)), str(ipaddress.ip_address(ip.dst))
        segment = ip.data
        if isinstance(segment, dpkt.tcp.TCP):
            self._add_tcp(packet, (source, segment.sport), (target, segment.dport), segment)
        elif isinstance(segment, dpkt.udp.UDP):
            one, other = (source, segment.sport), (target, segment.dport)
            talk = self._talk("UDP", one, other, packet)
            talk.sizes[one] = talk.sizes.get(one, 0) + len(segment.data)
            if 53 in (segment.sport, segment.dport):
                self._add_dns(packet, one, other, bytes(segment.data))
        else:
            number = int(getattr(ip, "p", 0))
            name = {1: "ICMP", 58: "ICMPv6"}.get(number, f"IP {number}")
            talk = self._talk(name, (source, 0), (target, 0), packet)
            talk.sizes[(source, 0)] = talk.sizes.get((source, 0), 0) + len(bytes(segment))
        return True

    def _talk(
        self, protocol: str, source: _End, target: _End, packet: Packet, *, anew: bool = False
    ) -> _Talk:
        key = (protocol, frozenset((source, target)))
        talk = self._open.get(key)
        if talk is None or anew:
            talk = self._open[key] = _Talk(protocol, source, target, packet.at, packet.at)
            self._talks.append(talk)
        talk.packets += 1
        talk.first, talk.last = min(talk.first, packet.at), max(talk.last, packet.at)
        return talk

    def _add_tcp(self, packet: Packet, source: _End, target: _End, segment: Any) -> None:
        import dpkt

        flags, payload = int(segment.flags), bytes(segment.data)
        opens = bool(flags & dpkt.tcp.TH_SYN) and not flags & dpkt.tcp.TH_ACK
        known = self._open.get(("TCP", frozenset((source, target))))
        # The same ports can serve a second connection once the first one has ended.
        talk = self._talk("TCP", source, target, packet, anew=opens and known is not None and known.closed)
        if flags & dpkt.tcp.TH_SYN and flags & dpkt.tcp.TH_ACK and talk.packets == 1:
            talk.client, talk.server = target, source
        talk.closed = talk.closed or bool(flags & (dpkt.tcp.TH_FIN | dpkt.tcp.TH_RST))
        if payload:
            talk.pieces.setdefault(source, []).append((int(segment.seq), payload, packet.at))

    def _add_dns(self, packet: Packet, source: _End, target: _End, data: bytes) -> None:
        import dpkt

        try:
            message = dpkt.dns.DNS(data)
        except (dpkt.Error, struct.error, IndexError, ValueError, UnicodeDecodeError):
            return
        for question in message.qd:
            kind = _DNS_KINDS.get(int(question.type), str(question.type))
            if message.qr == dpkt.dns.DNS_Q:
                self._asked[(message.id, source[0], target[0], question.name, kind)] = len(self._questions)
                self._questions.append(
                    DnsQuery(packet.at, source[0], target[0], question.name, kind, None, None)
                )
                continue
            answers = tuple(_answer(record) for record in message.an)
            error = _DNS_ERRORS.get(int(message.rcode), f"RCODE {message.rcode}")
            place = self._asked.pop((message.id, target[0], source[0], question.name, kind), None)
            at, client, server = packet.at, target[0], source[0]
            if place is not None:
                at = self._questions[place].at
            query = DnsQuery(at, client, server, question.name, kind, answers, packet.at, error)
            if place is None:
                self._questions.append(query)
            else:
                self._questions[place] = query

    def questions(self) -> list[DnsQuery]:
        """Every DNS question, in the order of time."""
        return sorted(self._questions, key=lambda each: each.at)

    def finish(self, findings: list[Finding]) -> tuple[tuple[Flow, ...], tuple[WebExchange, ...]]:
        """Put each conversation together, and read the web traffic in it."""
        flows: list[Flow] = []
        web: list[WebExchange] = []
        for talk in sorted(self._talks, key=lambda each: each.first):
            sent, received = (_Stream.of(talk.pieces.get(end, [])) for end in (talk.client, talk.server))
            counts = [
                len(stream.data) if talk.protocol == "TCP" else talk.sizes.get(end, 0)
                for stream, end in ((sent, talk.client), (received, talk.server))
            ]
            flow = Flow(
                protocol=talk.protocol,
                client=talk.client[0],
                client_port=talk.client[1],
                server=talk.server[0],
                server_port=talk.server[1],
                first=talk.first,
                last=talk.last,
                packets=talk.packets,
                bytes_sent=counts[0],
                bytes_received=counts[1],
                sent=sent.data,
                received=received.data,
                gap=sent.gap or received.gap,
            )
            flows.append(flow)
            if flow.gap:
                text = _("Part of this conversation was not captured.")
                findings.append(Finding("conversation-gap", text, str(flow), severity="warning"))
            web += _exchanges(flow, sent, received)
        return tuple(flows), tuple(sorted(web, key=lambda each: each.request.at))


@dataclass(frozen=True, slots=True)
class _Stream:
    """One direction of a TCP conversation in order, with the time at which each stretch of it was seen."""

    data: bytes
    gap: bool
    starts: tuple[int, ...]
    times: tuple[datetime, ...]

    @classmethod
    def of(cls, pieces: list[tuple[int, bytes, datetime]]) -> _Stream:
        if not pieces:
            return cls(b"", False, (), ())
        base = pieces[0][0]
        # Sequence numbers wrap around at 2**32; counted from the first piece, earlier ones become negative.
        ordered = sorted(
            (((seq - base + (1 << 31)) % (1 << 32) - (1 << 31), data, at) for seq, data, at in pieces),
            key=lambda piece: (piece[0], piece[2]),
        )
        data, gap = bytearray(), False
        starts: list[int] = []
        times: list[datetime] = []
        reached = ordered[0][0]
        for position, payload, at in ordered:
            if position > reached:
                gap = True
                reached = position
            fresh = payload[reached - position :]
            if fresh:
                starts.append(len(data))
                times.append(at)
                data += fresh
                reached += len(fresh)
        return cls(bytes(data), gap, tuple(starts), tuple(times))

    def time_at(self, offset: int) -> datetime:
        return self.times[max(0, bisect_right(self.starts, offset) - 1)]


def _exchanges(flow: Flow, sent: _Stream, received: _Stream) -> Iterator[WebExchange]:
    import dpkt

    requests = [
        WebRequest(at, str(message.method), _url(flow, message), _headers(message), bytes(message.body))
        for at, message in _messages(sent, dpkt.http.Request)
    ]
    if not requests:
        return
    responses = [
        WebResponse(at, int(message.status), str(message.reason), _headers(message), bytes(message.body))
        for at, message in _messages(received, dpkt.http.Response)
        if str(message.status).isdigit()
    ]
    for number, request in enumerate(requests):
        yield WebExchange(flow, request, responses[number] if number < len(responses) else None)


def _messages(stream: _Stream, kind: Any) -> Iterator[tuple[datetime, Any]]:
    import dpkt

    offset = 0
    while offset < len(stream.data):
        try:
            message = kind(stream.data[offset:])
        except (dpkt.Error, ValueError, IndexError):
            return  # not HTTP, encrypted, or cut off
        yield stream.time_at(offset), message
        rest = len(message.data)
        if rest >= len(stream.data) - offset:
            return
        offset = len(stream.data) - rest


def _url(flow: Flow, message: Any) -> str:
    host = _headers(message).get("host") or _end(flow.server, flow.server_port)
    uri = str(message.uri)
    return uri if "://" in uri else f"http://{host}{uri}"


def _headers(message: Any) -> dict[str, str]:
    return {
        str(name): ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in message.headers.items()
    }


# packets


def _ip(data: bytes, link: int) -> Any:
    import dpkt

    if link == dpkt.pcap.DLT_EN10MB:
        payload = dpkt.ethernet.Ethernet(data).data
    elif link == dpkt.pcap.DLT_LINUX_SLL:
        payload = dpkt.sll.SLL(data).data
    elif link == 276:
        payload = dpkt.sll2.SLL2(data).data
    elif link in (12, 14, 101, 228, 229):
        payload = dpkt.ip.IP(data) if data[0] >> 4 == 4 else dpkt.ip6.IP6(data)
    else:
        return None
    return payload if isinstance(payload, dpkt.ip.IP | dpkt.ip6.IP6) else None


def _is_fragment(ip: Any) -> bool:
    return isinstance(ip.data, bytes) and bool(getattr(ip, "offset", 0) or getattr(ip, "mf", 0))


_DNS_KINDS = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    12: "PTR",
    15: "MX",
    16: "TXT",
    28: "AAAA",
    33: "SRV",
    65: "HTTPS",
}
_DNS_ERRORS = {0: "", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def _answer(record: Any) -> str:
    kind = int(record.type)
    if kind in (1, 28) and len(record.rdata) in (4, 16):
        return str(ipaddress.ip_address(bytes(record.rdata)))
    for name in ("cname", "nsname", "ptrname", "mxname", "srvname"):
        if isinstance(value := getattr(record, name, None), str):
            return value
    if kind == 16:
        return (
            "".join(part.decode("utf-8", "replace") for part in getattr(record, "text", []) if part) or "TXT"
        )
    return _DNS_KINDS.get(kind, str(kind))


def _end(address: str, port: int) -> str:
    if not port:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
