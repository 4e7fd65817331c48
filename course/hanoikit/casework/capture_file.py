"""The packets that the hospital's gateway recorded when the lure was opened: DNS, TCP handshake, HTTP.

>>> make_capture(evidence_case(seed=7))[:4].hex()
'd4c3b2a1'

Written frame by frame with dpkt; every checksum is right, every time is fixed. A capture file counts time in
UTC.
"""

from __future__ import annotations

import io
import socket
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from hanoikit.casework.plan import Plan

__all__ = ["make_capture"]

_CLERK_MAC = bytes.fromhex("020000001001")
_GATEWAY_MAC = bytes.fromhex("020000001002")


def make_capture(plan: Plan) -> bytes:
    """The capture as the bytes of a pcap file (microseconds, Ethernet)."""
    import dpkt

    out = io.BytesIO()
    writer = dpkt.pcap.Writer(out, snaplen=65535)
    writer_time = _Clock(plan.moments.click)
    net = plan.network
    ident = 0

    def send(source: str, target: str, payload: Any, protocol: int, step: int) -> None:
        nonlocal ident
        ident += 1
        packet = dpkt.ip.IP(
            src=socket.inet_aton(source),
            dst=socket.inet_aton(target),
            p=protocol,
            id=ident,
            ttl=64,
            data=payload,
        )
        packet.len = len(packet)
        outward = source == net.workstation
        frame = dpkt.ethernet.Ethernet(
            src=_CLERK_MAC if outward else _GATEWAY_MAC,
            dst=_GATEWAY_MAC if outward else _CLERK_MAC,
            type=dpkt.ethernet.ETH_TYPE_IP,
            data=packet,
        )
        writer.writepkt(bytes(frame), writer_time.after(step))

    def dns(name: str, answer: str | None, step: int) -> None:
        message = dpkt.dns.DNS(id=0x4C41, op=0x0100)
        message.qd = [dpkt.dns.DNS.Q(name=name, type=dpkt.dns.DNS_A, cls=dpkt.dns.DNS_IN)]
        if answer is not None:
            message.op = 0x8180
            message.an = [
                dpkt.dns.DNS.RR(
                    name=name, type=dpkt.dns.DNS_A, cls=dpkt.dns.DNS_IN, ttl=300,
                    rdata=socket.inet_aton(answer), ip=socket.inet_aton(answer),
                )
            ]  # fmt: skip
        asking = answer is None
        port = net.workstation_port - 1
        udp = dpkt.udp.UDP(sport=port if asking else 53, dport=53 if asking else port, data=bytes(message))
        udp.ulen = len(udp)
        ends = (net.workstation, net.resolver)
        source, target = ends if asking else ends[::-1]
        send(source, target, udp, dpkt.ip.IP_PROTO_UDP, step)

    def conversation(port: int, request: bytes, reply: bytes, gap: int) -> None:
        client, server = 1_000_000 + port, 2_000_000 + port
        syn, ack, push, fin = (
            dpkt.tcp.TH_SYN, dpkt.tcp.TH_ACK, dpkt.tcp.TH_PUSH, dpkt.tcp.TH_FIN,
        )  # fmt: skip

        def tcp(outward: bool, flags: int, data: bytes = b"", step: int = 18_000) -> None:
            nonlocal client, server
            segment = dpkt.tcp.TCP(
                sport=port if outward else 80,
                dport=80 if outward else port,
                seq=client if outward else server,
                ack=(server if outward else client) if flags & ack else 0,
                flags=flags,
                win=64240,
                data=data,
            )
            ends = (net.workstation, net.lure_address)
            source, target = ends if outward else ends[::-1]
            send(source, target, segment, dpkt.ip.IP_PROTO_TCP, step)
            used = len(data) + bool(flags & (syn | fin))
            if outward:
                client += used
            else:
                server += used

        tcp(True, syn, step=gap)
        tcp(False, syn | ack, step=91_000)
        tcp(True, ack, step=400)
        tcp(True, push | ack, request, step=900)
        tcp(False, ack, step=92_000)
        tcp(False, push | ack, reply, step=31_000)
        tcp(True, ack, step=500)
        tcp(True, fin | ack, step=2_000)
        tcp(False, fin | ack, step=91_500)
        tcp(True, ack, step=350)

    path = urlsplit(plan.lure.link).path
    page = b"<html><title>Review invoice</title><form method=post>Sign in to continue</form></html>"
    form = urlencode({"user": net.username, "password": net.password}).encode("ascii")
    agent = b"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    host = f"Host: {net.lure_host}\r\n".encode("ascii")
    dns(net.lure_host, None, 0)
    dns(net.lure_host, net.lure_address, 23_000)
    conversation(
        net.workstation_port,
        f"GET {path} HTTP/1.1\r\n".encode("ascii") + host + agent + b"Connection: close\r\n\r\n",
        _answer(b"200 OK", page),
        4_000,
    )
    wait = plan.moments.credentials_posted - writer_time.now - timedelta(microseconds=91_000 + 400 + 900)
    conversation(
        net.workstation_port + 1,
        f"POST {path} HTTP/1.1\r\n".encode("ascii")
        + host
        + agent
        + b"Content-Type: application/x-www-form-urlencoded\r\n"
        + f"Content-Length: {len(form)}\r\nConnection: close\r\n\r\n".encode("ascii")
        + form,
        _answer(b"302 Found", b"", b"Location: /thank-you\r\n"),
        wait // timedelta(microseconds=1),
    )
    return out.getvalue()


def _answer(status: bytes, body: bytes, extra: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n".encode("ascii")
    return (
        b"HTTP/1.1 "
        + status
        + b"\r\nServer: nginx\r\n"
        + extra
        + length
        + b"Connection: close\r\n\r\n"
        + body
    )


class _Clock:
    """Gives each packet its time; whole microseconds, so that no rounding differs between machines."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def after(self, microseconds: int) -> float:
        self.now += timedelta(microseconds=microseconds)
        return self.now.timestamp()
