"""Captures written by scapy, read by the kit: conversations, names, web traffic, and files that break off."""

import logging
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable
from hanoikit.evidence import capture

logging.getLogger("scapy").setLevel(logging.ERROR)
scapy = pytest.importorskip("scapy.all", reason="scapy writes the captures of these tests")

START = datetime(2026, 3, 28, 20, 7, 34, 250_000, tzinfo=UTC)
CLIENT, SERVER, RESOLVER = "192.0.2.26", "203.0.113.9", "192.0.2.53"
PAGE = b"<html>sign in</html>" * 120
FORM = b"user=clerk&password=secret"


class Wire:
    """Packets with times, a second apart."""

    def __init__(self):
        self.packets = []

    def send(self, packet, *, seconds=None):
        packet = scapy.Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet
        packet.time = START.timestamp() + (len(self.packets) if seconds is None else seconds)
        self.packets.append(packet)

    def write(self, path, **options):
        scapy.wrpcap(str(path), self.packets, **options)
        return path


class Talk:
    """One TCP connection."""

    def __init__(self, wire, *, port=40000, server=SERVER, service=80, client=CLIENT, start=1000):
        self.wire, self.ip = wire, scapy.IPv6 if ":" in client else scapy.IP
        self.ends = {True: (client, port), False: (server, service)}
        self.seq = {True: start, False: 5_000}

    def segment(self, outward, payload=b"", flags="A", *, seq=None):
        (source, sport), (target, dport) = self.ends[outward], self.ends[not outward]
        seq = self.seq[outward] if seq is None else seq
        packet = self.ip(src=source, dst=target) / scapy.TCP(
            sport=sport, dport=dport, flags=flags, seq=seq % (1 << 32), ack=self.seq[not outward] % (1 << 32)
        )
        return packet / scapy.Raw(payload) if payload else packet

    def send(self, outward, payload=b"", flags="A"):
        self.wire.send(self.segment(outward, payload, flags))
        self.seq[outward] += len(payload) + ("S" in flags or "F" in flags)

    def open(self):
        self.send(True, flags="S")
        self.send(False, flags="SA")
        self.send(True)

    def close(self):
        self.send(True, flags="FA")
        self.send(False, flags="FA")
        self.send(True)


GET = b"GET /review/7?x=1 HTTP/1.1\r\nHost: bill.example\r\nUser-Agent: test\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
POST = b"POST /review/7 HTTP/1.1\r\nHost: bill.example\r\nContent-Length: %d\r\n\r\n" % len(FORM)
FOUND = b"HTTP/1.1 302 Found\r\nLocation: /thanks\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def wire():
    wire = Wire()
    question = scapy.DNSQR(qname="bill.example", qtype="A")
    wire.send(
        scapy.IP(src=CLIENT, dst=RESOLVER)
        / scapy.UDP(sport=5000, dport=53)
        / scapy.DNS(id=7, rd=1, qd=question)
    )
    answers = scapy.DNSRR(rrname="bill.example", type="CNAME", rdata="host.example") / scapy.DNSRR(
        rrname="host.example", type="A", rdata=SERVER
    )
    reply = scapy.DNS(id=7, qr=1, qd=question, an=answers, ancount=2)
    wire.send(scapy.IP(src=RESOLVER, dst=CLIENT) / scapy.UDP(sport=53, dport=5000) / reply)
    talk = Talk(wire)
    talk.open()
    talk.send(True, GET, "PA")
    for start in range(0, len(OK + PAGE), 1000):
        talk.send(False, (OK + PAGE)[start : start + 1000], "PA")
    talk.send(True, POST, "PA")
    talk.send(True, FORM, "PA")
    talk.send(False, FOUND, "PA")
    talk.close()
    return wire


@pytest.fixture(scope="module")
def pcap(wire, tmp_path_factory):
    return wire.write(tmp_path_factory.mktemp("capture") / "gateway.pcap")


def codes(report):
    return [finding.code for finding in report.findings]


def test_conversations_tell_ends_times_and_sizes(pcap, wire):
    report = capture.read(pcap)
    assert report.packets == len(wire.packets)
    dns, web = report
    assert (dns.protocol, dns.client, dns.server, dns.server_port) == ("UDP", CLIENT, RESOLVER, 53)
    assert (web.protocol, web.client, web.client_port, web.server, web.server_port) == (
        "TCP", CLIENT, 40000, SERVER, 80
    )  # fmt: skip
    assert web.first == START + timedelta(seconds=2)
    assert web.last == report.last == START + timedelta(seconds=len(wire.packets) - 1)
    assert report.first == START
    assert web.bytes_sent == len(GET + POST + FORM)
    assert web.bytes_received == len(OK + PAGE + FOUND)
    assert web.received == OK + PAGE + FOUND
    assert not web.gap
    assert report.findings == ()


def test_dns_questions_are_joined_with_their_answers(pcap):
    (query,) = capture.read(pcap).dns
    assert (query.name, query.kind, query.answers) == ("bill.example", "A", ("host.example", SERVER))
    assert (query.at, query.answered_at) == (START, START + timedelta(seconds=1))
    assert (query.client, query.server, query.error) == (CLIENT, RESOLVER, "")


def test_web_requests_are_joined_with_their_responses_and_their_times(pcap):
    get, post = capture.read(pcap).web
    assert (get.request.method, get.request.url) == ("GET", "http://bill.example/review/7?x=1")
    assert get.request.at == START + timedelta(seconds=5)
    assert (get.response.status, get.response.body, get.response.headers["server"]) == (200, PAGE, "nginx")
    assert (post.request.method, post.request.body) == ("POST", FORM)
    assert post.request.at > get.response.at
    assert (post.response.status, post.response.headers["location"]) == (302, "/thanks")
    assert post.flow.client == CLIENT


def test_a_truncated_capture_keeps_every_packet_before_the_cut(pcap, tmp_path, wire):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap.read_bytes()[:-5])
    report = capture.read(path)
    assert report.packets == len(wire.packets) - 1
    assert codes(report) == ["capture-truncated"]
    assert f"packet {len(wire.packets)}" in report.findings[0].where
    assert len(report.web) == 2


@pytest.mark.parametrize("rest", [1, 15])
def test_a_cut_within_a_packet_header_is_found_too(pcap, tmp_path, rest):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap.read_bytes() + bytes(rest))
    assert codes(capture.read(path)) == ["capture-truncated"]


def test_a_damaged_packet_header_ends_the_reading_with_a_finding(pcap, tmp_path):
    content = bytearray(pcap.read_bytes())
    first_length = struct.unpack_from("<I", content, 24 + 8)[0]
    struct.pack_into("<I", content, 24 + 16 + first_length + 8, 0x7FFFFFFF)
    path = tmp_path / "damaged.pcap"
    path.write_bytes(content)
    report = capture.read(path)
    assert report.packets == 1
    assert codes(report) == ["packet-damaged"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Dear Sir", "does not begin"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "within its header"),
        (b"\x0a\x0d\x0d\x0a\x00\x00", "header cannot be read"),
        (b"\xd4\xc3\xb2\xa1" + struct.pack("<HHIIII", 2, 4, 0, 0, 65535, 1) + b"\1\2\3", "No packet"),
    ],
)
def test_what_is_no_capture_is_refused(tmp_path, content, words):
    (tmp_path / "x.pcap").write_bytes(content)
    with pytest.raises(ArtefactUnreadable, match=words) as caught:
        capture.read(tmp_path / "x.pcap")
    assert caught.value.where == "x.pcap"
    assert caught.value.next_step


def test_an_empty_capture_is_no_damage(tmp_path):
    path = tmp_path / "none.pcap"
    path.write_bytes(b"\xd4\xc3\xb2\xa1" + struct.pack("<HHIIII", 2, 4, 0, 0, 65535, 1))
    report = capture.read(path)
    assert (report.packets, report.first, len(report)) == (0, None, 0)
    with pytest.raises(ArtefactUnreadable, match="No such file"):
        capture.read(tmp_path / "gone.pcap")


@pytest.mark.parametrize("options", [{"nano": True}, {"endianness": ">"}])
def test_nanosecond_and_big_endian_captures_read_alike(wire, pcap, tmp_path, options):
    report = capture.read(wire.write(tmp_path / "other.pcap", **options))
    assert report.flows == capture.read(pcap).flows


def test_pcapng_reads_like_pcap(wire, pcap, tmp_path):
    path = tmp_path / "x.pcapng"
    scapy.wrpcapng(str(path), wire.packets)
    report = capture.read(path)
    assert report.flows == capture.read(pcap).flows
    assert [each.request.url for each in report.web] == [each.request.url for each in capture.read(pcap).web]
    path.write_bytes(path.read_bytes()[:-7])
    report = capture.read(path)
    assert report.packets == len(wire.packets) - 1
    assert codes(report) == ["capture-truncated"]


def test_segments_out_of_order_and_sent_twice_are_put_right(tmp_path):
    wire = Wire()
    talk = Talk(wire)
    talk.open()
    parts = [GET[:20], GET[20:40], GET[40:]]
    at = [talk.seq[True], talk.seq[True] + 20, talk.seq[True] + 40]
    for number in (2, 0, 0, 1, 1):
        wire.send(talk.segment(True, parts[number], "PA", seq=at[number]))
    wire.send(talk.segment(True, GET[10:50], "PA", seq=at[0] + 10))
    report = capture.read(wire.write(tmp_path / "x.pcap"))
    (flow,) = report.flows
    assert flow.sent == GET
    assert flow.bytes_sent == len(GET)
    assert not flow.gap
    (exchange,) = report.web
    assert exchange.response is None


def test_sequence_numbers_may_wrap_around(tmp_path):
    wire = Wire()
    talk = Talk(wire, start=(1 << 32) - 30)
    talk.open()
    for start in range(0, len(GET), 10):
        talk.send(True, GET[start : start + 10], "PA")
    (flow,) = capture.read(wire.write(tmp_path / "x.pcap")).flows
    assert flow.sent == GET


def test_a_segment_that_was_not_captured_is_reported(tmp_path):
    wire = Wire()
    talk = Talk(wire)
    talk.open()
    talk.send(True, GET[:20], "PA")
    talk.seq[True] += 15
    talk.send(True, GET[35:], "PA")
    report = capture.read(wire.write(tmp_path / "x.pcap"))
    assert report.flows[0].gap
    assert codes(report) == ["conversation-gap"]


def test_a_port_used_again_is_a_second_conversation(tmp_path):
    wire = Wire()
    for _round in range(2):
        talk = Talk(wire)
        talk.open()
        talk.send(True, GET, "PA")
        talk.close()
    report = capture.read(wire.write(tmp_path / "x.pcap"))
    assert [flow.bytes_sent for flow in report] == [len(GET), len(GET)]


def test_a_capture_that_begins_with_the_answer_still_knows_the_client(tmp_path):
    wire = Wire()
    talk = Talk(wire)
    talk.send(False, flags="SA")
    talk.send(True)
    (flow,) = capture.read(wire.write(tmp_path / "x.pcap")).flows
    assert (flow.client, flow.server) == (CLIENT, SERVER)


def test_ipv6_icmp_and_names_that_do_not_exist(tmp_path):
    wire = Wire()
    talk = Talk(wire, client="2001:db8::26", server="2001:db8::9")
    talk.open()
    talk.send(True, b"GET / HTTP/1.0\r\n\r\n", "PA")
    wire.send(scapy.IP(src=CLIENT, dst=SERVER) / scapy.ICMP())
    question = scapy.DNSQR(qname="gone.example", qtype="AAAA")
    for reply in (0, 1):
        source, target = (RESOLVER, CLIENT) if reply else (CLIENT, RESOLVER)
        ports = {"sport": 53, "dport": 5000} if reply else {"sport": 5000, "dport": 53}
        message = scapy.DNS(id=9, qr=reply, rcode=3 * reply, qd=question)
        wire.send(scapy.IP(src=source, dst=target) / scapy.UDP(**ports) / message)
    report = capture.read(wire.write(tmp_path / "x.pcap"))
    assert [flow.protocol for flow in report] == ["TCP", "ICMP", "UDP"]
    assert report.web[0].request.url == "http://[2001:db8::9]:80/"
    assert "[2001:db8::26]:40000 -> [2001:db8::9]:80" in str(report[0])
    assert (report.dns[0].kind, report.dns[0].answers, report.dns[0].error) == ("AAAA", (), "NXDOMAIN")


def test_packets_that_are_no_ip_or_were_cut_are_counted(tmp_path):
    wire = Wire()
    wire.send(scapy.ARP(psrc=CLIENT, pdst=SERVER))
    talk = Talk(wire)
    talk.open()
    path = wire.write(tmp_path / "x.pcap")
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 24 + 12, 2000)  # the first packet was longer on the wire
    path.write_bytes(content)
    assert codes(capture.read(path)) == ["packets-cut", "packets-uncounted"]


def test_times_that_go_back_are_reported(tmp_path):
    wire = Wire()
    for seconds in (0, 5, 3):
        wire.send(scapy.IP(src=CLIENT, dst=SERVER) / scapy.UDP(sport=9, dport=9) / b"x", seconds=seconds)
    report = capture.read(wire.write(tmp_path / "x.pcap"))
    assert codes(report) == ["time-order"]
    assert report[0].last == START + timedelta(seconds=5)


def test_encrypted_traffic_yields_a_conversation_and_no_web_request(tmp_path):
    wire = Wire()
    talk = Talk(wire, service=443)
    talk.open()
    talk.send(True, b"\x16\x03\x01\x00\x05hello", "PA")
    report = capture.read(wire.write(tmp_path / "x.pcap"))
    assert report.web == ()
    assert report[0].bytes_sent == 10


@given(st.data())
def test_no_damage_to_a_capture_ends_in_anything_but_a_report_or_a_refusal(tmp_path, pcap, data):
    content = bytearray(pcap.read_bytes())
    for _change in range(data.draw(st.integers(1, 10))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.pcap"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        report = capture.read(path)
    except ArtefactUnreadable:
        return
    assert sum(flow.packets for flow in report) <= report.packets
