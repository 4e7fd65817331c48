"""Packets put together: conversations by their ends, DNS questions with answers, web requests with responses.

>>> conversations = Conversations()                                           # doctest: +SKIP
>>> for packet in packets:                                                    # doctest: +SKIP
...     conversations.add(packet, link=1)
>>> flows, web = conversations.finish(findings := [])                         # doctest: +SKIP

dpkt takes each packet apart. TCP is put in order by sequence number, so that repeated and late segments
count once.
"""

from __future__ import annotations

import ipaddress
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hanoikit.errors import Finding
from hanoikit.i18n import _


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


# putting together

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


class Conversations:
    """Takes packets one by one, in the order of the capture."""

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
