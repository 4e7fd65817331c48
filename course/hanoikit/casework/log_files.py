"""The logs of the case: three servers, three habits of writing time, one wrong clock.

>>> logs = make_logs(evidence_case(seed=7))
>>> sorted(logs)
['clock-check.txt', 'xa-auth.log', 'xa-gateway.log', 'xc-web.log']

* ``xa-gateway.log``: hospital gateway, wall clock of XA, no zone written. In the night of 29 March the clocks
  of XA jump from 03:00 to 04:00, so an hour is missing although no line is.
* ``xc-web.log``: web server in XC, combined log format, zone written (+0700).
* ``xa-auth.log``: remote access server, wall clock of XA, no year, no zone, and its clock is wrong by
  ``plan.skew_seconds``. ``clock-check.txt`` tells how that was measured.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from hanoikit.casework.plan import CLOCK_CHANGE, Plan, local

__all__ = ["make_logs"]

_Line = tuple[datetime, str]


def make_logs(plan: Plan) -> dict[str, bytes]:
    """File name -> content. Lines are in the order of their true times."""
    return {
        "xa-gateway.log": _join(_gateway(plan)),
        "xc-web.log": _join(_web(plan)),
        "xa-auth.log": _join(_auth(plan)),
        "clock-check.txt": clock_check(plan).encode("utf-8"),
    }


def clock_check(plan: Plan) -> str:
    """The note of the officer who compared the server's clock with a reference clock."""
    reference = local(plan.moments.clock_check, "XA")
    shown = local(plan.moments.clock_check + timedelta(seconds=plan.skew_seconds), "XA")
    officer = plan.person("specialist")
    admin = plan.person("hospital_it")
    return "\n".join(
        (
            f"CLOCK CHECK                                        case {plan.case_number}",
            "",
            "Server checked     : remote access server (writes xa-auth.log)",
            f"Reference clock    : {reference:%Y-%m-%d %H:%M:%S} (UTC{_colon(reference)}), national time",
            f"Server clock       : {shown:%Y-%m-%d %H:%M:%S}, read at the same moment",
            "Other servers      : gateway clock compared too, no difference",
            "Time service       : not asked by this server since February; its clock ran alone",
            "",
            f"Read by            : {officer.name}, {officer.role}",
            f"Present            : {admin.name}, {admin.organisation}",
            "",
        )
    )


def _colon(moment: datetime) -> str:
    offset = f"{moment:%z}"
    return f"{offset[:3]}:{offset[3:]}"


def _join(lines: list[_Line]) -> bytes:
    return "".join(f"{text}\n" for _, text in sorted(lines, key=lambda row: row[0])).encode("utf-8")


def _night(plan: Plan, purpose: str, count: int) -> tuple[random.Random, list[datetime]]:
    """Moments of ordinary traffic from the evening before to the morning after the clock change."""
    rng = random.Random(f"{plan.seed}:{purpose}")
    start = CLOCK_CHANGE - timedelta(hours=9)
    seconds = sorted(rng.sample(range(15 * 3600), count))
    # Two lines close to the jump, so that it shows.
    near = [
        CLOCK_CHANGE - timedelta(seconds=rng.randrange(20, 400)),
        CLOCK_CHANGE + timedelta(seconds=rng.randrange(9, 300)),
    ]
    return rng, sorted([start + timedelta(seconds=second) for second in seconds] + near)


def _gateway(plan: Plan) -> list[_Line]:
    net, moments = plan.network, plan.moments
    rng, times = _night(plan, "gateway", 54)

    def line(at: datetime, source: str, target: str, protocol: str, count: int) -> _Line:
        return (
            at,
            f"{local(at, 'XA'):%Y-%m-%d %H:%M:%S} gw1 ALLOW {protocol} {source} -> {target} bytes={count}",
        )

    rows = []
    for at in times:
        source = f"192.0.2.{rng.choice([n for n in range(20, 90) if not net.workstation.endswith(f'.{n}')])}"
        port = rng.randrange(49200, 60900)
        target = rng.choice(("203.0.113.9:443", "203.0.113.12:443", "198.51.100.7:443", "198.51.100.11:25"))
        rows.append(line(at, f"{source}:{port}", target, "TCP", rng.randrange(300, 90000)))
    port = net.workstation_port
    rows += [
        line(moments.lure_delivered, f"{plan.lure.hops[2].address}:52110", "192.0.2.5:25", "TCP", 4417),
        line(moments.click, f"{net.workstation}:{port}", f"{net.lure_address}:80", "TCP", 1196),
        line(moments.credentials_posted, f"{net.workstation}:{port + 1}", f"{net.lure_address}:80", "TCP",
             1034),
        line(moments.login, f"{net.crew_address}:{net.crew_port}", f"{net.remote_access}:443", "TCP", 8120),
        line(moments.export, f"{net.remote_access}:443", f"{net.crew_address}:{net.crew_port + 3}", "TCP",
             net.export_bytes),
    ]  # fmt: skip
    return rows


def _web(plan: Plan) -> list[_Line]:
    net, moments, lure = plan.network, plan.moments, plan.lure
    rng = random.Random(f"{plan.seed}:web")
    page = "/" + lure.link.split("/", 3)[3]
    agents = (
        "Mozilla/5.0 (X11; Linux x86_64)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 13_6)",
    )

    def line(
        at: datetime, client: str, request: str, status: int, size: int, agent: str, back: str = "-"
    ) -> _Line:
        stamp = local(at, "XC")
        month = ("Jan", "Feb", "Mar", "Apr")[stamp.month - 1]
        when = f"{stamp:%d}/{month}/{stamp:%Y:%H:%M:%S %z}"
        return at, f'{client} - - [{when}] "{request} HTTP/1.1" {status} {size} "{back}" "{agent}"'

    rows = [
        line(moments.click, net.workstation, f"GET {page}", 200, 3120, agents[0]),
        line(moments.credentials_posted, net.workstation, f"POST {page}", 302, 0, agents[0], lure.link),
    ]
    for client, at in net.other_victims:
        agent = rng.choice(agents)
        number = rng.randrange(1000, 9999)
        rows.append(line(at, client, f"GET /review/{number}", 200, 3120, agent))
        if rng.randrange(3):
            posted = at + timedelta(seconds=rng.randrange(25, 200))
            rows.append(line(posted, client, f"POST /review/{number}", 302, 0, agent))
    reader = moments.credentials_posted + timedelta(minutes=rng.randrange(3, 12))
    for minutes in (-400, -396, 0, 1):
        at = reader + timedelta(minutes=minutes, seconds=rng.randrange(50))
        rows.append(line(at, net.crew_address, "GET /panel/list", 200, rng.randrange(900, 4000), agents[1]))
    for _ in range(16):
        at = CLOCK_CHANGE - timedelta(seconds=rng.randrange(0, 12 * 3600))
        client = f"203.0.113.{rng.randrange(100, 250)}"
        path = rng.choice(("/robots.txt", "/favicon.ico", "/", "/index.html"))
        rows.append(
            line(at, client, f"GET {path}", rng.choice((200, 404)), rng.randrange(150, 900), agents[1])
        )
    return rows


def _auth(plan: Plan) -> list[_Line]:
    net, moments = plan.network, plan.moments
    rng, times = _night(plan, "auth", 26)
    skew = timedelta(seconds=plan.skew_seconds)
    staff = ("night.ward", "lab.desk", "pharmacy", "porter", "radiology", "intake")

    def line(at: datetime, process: str, text: str) -> _Line:
        shown = local(at + skew, "XA")
        month = ("Jan", "Feb", "Mar", "Apr")[shown.month - 1]
        return at, f"{month} {shown.day:2d} {shown:%H:%M:%S} orla-vpn {process}: {text}"

    rows = []
    kinds: tuple[Callable[[str, str, int], str], ...] = (
        lambda user, address, port: f"Accepted password for {user} from {address} port {port}",
        lambda user, address, port: f"Failed password for {user} from {address} port {port}",
        lambda user, address, port: f"Disconnected from user {user} {address} port {port}",
    )
    for at in times:
        text = rng.choice(kinds)(
            rng.choice(staff), f"192.0.2.{rng.randrange(20, 90)}", rng.randrange(33000, 60900)
        )
        rows.append(line(at, f"sshd[{rng.randrange(800, 9000)}]", text))
    pid = rng.randrange(800, 9000)
    rows += [
        line(moments.login, f"sshd[{pid}]",
             f"Accepted password for {net.username} from {net.crew_address} port {net.crew_port}"),
        line(moments.export, f"sshd[{pid}]",
             f"export of table suppliers by {net.username}, {net.export_bytes} bytes"),
        line(moments.export + timedelta(seconds=rng.randrange(40, 300)), f"sshd[{pid}]",
             f"Disconnected from user {net.username} {net.crew_address} port {net.crew_port}"),
    ]  # fmt: skip
    return rows
