"""Stored mails signed by dkimpy, then tampered with; DNS answers from a file, never from the network."""

import base64
import hashlib
import json
import socket
from datetime import UTC, datetime, timedelta

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable, DataInvalid
from hanoikit.evidence import mail

LETTER = b"""\
From: Ada Quist <ada@shop.example>\r
To: clerk@hospital.example\r
Subject: Invoice 3346\r
Date: Thu, 15 Jan 2026 10:00:00 +0100\r
Message-ID: <1@shop.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
Please pay 8,440 today.\r
--b\r
Content-Type: application/pdf; name="invoice.pdf"\r
Content-Disposition: attachment; filename="invoice.pdf"\r
Content-Transfer-Encoding: base64\r
\r
JVBERi0xLjQ=\r
--b--\r
"""
FIRST_HOP = (
    b"Received: from desk.shop.example (desk.shop.example [192.0.2.7])\r\n"
    b"\tby out.shop.example with ESMTPSA id A1; Thu, 15 Jan 2026 10:00:05 +0100\r\n"
)
SECOND_HOP = (
    b"Received: from out.shop.example ([IPv6:2001:db8::7]) by relay.example\r\n"
    b"\twith ESMTPS id B2; Thu, 15 Jan 2026 04:00:20 -0500\r\n"
)
THIRD_HOP = (
    b"Received: from relay.example (relay.example [198.51.100.9]) by mx.hospital.example\r\n"
    b"\twith ESMTPS id C3; Thu, 15 Jan 2026 11:00:10 +0200\r\n"  # ten seconds before the second hop
)
HEADERS = [b"From", b"To", b"Subject", b"Date", b"Message-ID"]


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_given, **_named):
        raise AssertionError("a mail is checked without the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def keys():
    return {name: rsa.generate_private_key(65537, 2048) for name in ("shop", "relay")}


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def record(key):
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


@pytest.fixture(scope="module")
def zone(keys):
    return {
        "s1._domainkey.shop.example": record(keys["shop"]),
        "a1._domainkey.relay.example": record(keys["relay"]),
    }


def sign(message, keys, domain=b"shop.example", **options):
    options.setdefault("include_headers", HEADERS)
    return dkim.sign(
        message, b"s1", domain, pem(keys["shop"]), canonicalize=(b"relaxed", b"relaxed"), **options
    )


@pytest.fixture(scope="module")
def signed(keys):
    return FIRST_HOP + sign(LETTER, keys) + LETTER


@pytest.fixture(scope="module")
def forwarded(signed, keys):
    verdict = b"Authentication-Results: relay.example; dkim=pass header.d=shop.example\r\n"
    message = SECOND_HOP + signed
    seal = dkim.arc_sign(
        verdict + message, b"a1", b"relay.example", pem(keys["relay"]), b"relay.example",
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
    )  # fmt: skip
    assert seal
    return THIRD_HOP + b"".join(seal) + verdict + message


@pytest.fixture
def read(tmp_path, zone):
    def read(message, dns=zone):
        path = tmp_path / "mail.eml"
        path.write_bytes(message)
        return mail.read(path, dns)

    return read


def codes(report):
    return [finding.code for finding in report.findings]


def test_a_signed_mail_passes_and_names_its_domain(read, signed):
    report = read(signed)
    (signature,) = report.signatures
    assert (signature.domain, signature.selector) == ("shop.example", "s1")
    assert (signature.result, signature.reason) == ("pass", "valid")
    assert signature.aligned
    assert not signature.partial_body
    assert [name.lower() for name in signature.signed_headers] == [
        "from", "to", "subject", "date", "message-id"
    ]  # fmt: skip
    assert datetime.now(UTC) - signature.signed_at < timedelta(hours=1)
    assert report.arc.result == "none"
    assert codes(report) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"8,440", b"9,440", "body-changed"),
        (b"JVBERi0xLjQ=", b"JVBERi0xLjU=", "body-changed"),
        (b"Ada Quist", b"Ada Quest", "header-changed"),
        (b"ada@shop.example>", b"eve@shop.example>", "header-changed"),
        (b"10:00:00 +0100", b"10:01:00 +0100", "header-changed"),
    ],
)
def test_a_tampered_body_or_header_is_told_apart(read, signed, old, new, reason):
    assert signed.count(old) >= 1
    report = read(signed.replace(old, new))
    assert (report.signatures[0].result, report.signatures[0].reason) == ("fail", reason)
    assert codes(report) == [f"dkim-{reason}"]


def test_a_changed_signature_counts_as_a_changed_header(read, signed):
    start = signed.index(b" b=") + 10
    letter = b"A" if signed[start : start + 1] != b"A" else b"B"
    report = read(signed[:start] + letter + signed[start + 1 :])
    assert report.signatures[0].result == "fail"


def test_headers_that_are_not_signed_can_change_without_a_trace(read, signed):
    report = read(b"X-Note: added later\r\n" + signed)
    assert report.signatures[0].result == "pass"


def test_line_ends_of_a_saved_copy_do_not_matter(read, forwarded):
    report = read(forwarded.replace(b"\r\n", b"\n"))
    assert (report.signatures[0].result, report.arc.result) == ("pass", "pass")


def test_a_second_from_header_breaks_the_signature_and_is_reported(read, signed):
    report = read(b"From: boss@hospital.example\r\n" + signed)
    assert report.signatures[0].result == "fail"
    assert "header-repeated" in codes(report)


def test_a_missing_key_is_no_verdict_on_the_mail(read, signed):
    (signature,) = read(signed, {}).signatures
    assert (signature.result, signature.reason) == ("permerror", "key-missing")
    assert "s1 of shop.example" in signature.explanation


def test_a_key_of_somebody_else_fails(read, signed, zone):
    other = {"s1._domainkey.shop.example": zone["a1._domainkey.relay.example"]}
    assert read(signed, other).signatures[0].result == "fail"


@pytest.mark.parametrize(
    "answer", ["", "v=DKIM1; k=rsa; p=", "v=DKIM1; k=rsa; p=AAAA", "hello", "v=DKIM1; p=%%%"]
)
def test_an_unusable_key_is_told_from_a_false_signature(read, signed, answer):
    (signature,) = read(signed, {"s1._domainkey.shop.example": answer}).signatures
    assert (signature.result, signature.reason) == ("permerror", "key-unusable")


def test_a_mail_of_another_domain_is_not_aligned(read, keys, zone):
    message = sign(LETTER, keys, domain=b"bulk.example") + LETTER
    report = read(message, {"s1._domainkey.bulk.example": record(keys["shop"])})
    assert report.signatures[0].result == "pass"
    assert not report.signatures[0].aligned
    assert "dkim-not-aligned" in codes(report)


def test_text_added_behind_a_length_limit_passes_and_is_warned_of(read, keys):
    report = read(sign(LETTER, keys, length=True) + LETTER + b"and send gold too\r\n")
    assert report.signatures[0].result == "pass"
    assert report.signatures[0].partial_body
    assert "dkim-partial-body" in codes(report)


def test_each_of_two_signatures_gets_its_own_verdict(read, keys, zone):
    inner = sign(LETTER, keys) + LETTER
    outer = sign(inner, keys, domain=b"bulk.example") + inner
    report = read(outer, zone)
    assert [(each.domain, each.result) for each in report.signatures] == [
        ("bulk.example", "permerror"),
        ("shop.example", "pass"),
    ]


def test_an_unsigned_mail_is_readable_and_said_to_be_unprotected(read):
    report = read(LETTER)
    assert report.signatures == ()
    assert codes(report) == ["no-received", "dkim-not-signed"]
    assert report.sender == "Ada Quist <ada@shop.example>"
    assert "8,440" in report.text


def test_a_mangled_signature_header_is_malformed_not_a_crash(read):
    report = read(b"DKIM-Signature: v=1; a=none; nonsense\r\n" + FIRST_HOP + LETTER)
    assert (report.signatures[0].result, report.signatures[0].reason) == ("permerror", "malformed")


# ARC


def test_a_forwarded_mail_keeps_a_valid_arc_chain(read, forwarded):
    report = read(forwarded)
    assert (report.arc.result, report.arc.reason) == ("pass", "valid")
    (arc_set,) = report.arc.sets
    assert (arc_set.instance, arc_set.domain) == (1, "relay.example")
    assert arc_set.seal_valid
    assert arc_set.message_valid
    assert "dkim=pass" in arc_set.authentication_results


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"8,440", b"9,440", "body-changed"),
        (b"Subject: Invoice 3346", b"Subject: Invoice 3347", "header-changed"),
        (b"dkim=pass header.d=shop.example", b"dkim=fail header.d=shop.example", "seal-broken"),
        (b"cv=none", b"cv=pass", "seal-broken"),
    ],
)  # fmt: skip
def test_a_tampered_arc_chain_fails_with_its_reason(read, forwarded, old, new, reason):
    assert old in forwarded
    report = read(forwarded.replace(old, new))
    assert (report.arc.result, report.arc.reason) == ("fail", reason)
    assert f"arc-{reason}" in codes(report)


def test_an_arc_chain_without_its_key_has_no_verdict(read, forwarded, zone):
    report = read(forwarded, {name: value for name, value in zone.items() if name.startswith("s1")})
    assert (report.arc.result, report.arc.reason) == ("permerror", "key-missing")
    assert report.signatures[0].result == "pass"


def test_an_incomplete_arc_set_is_malformed(read, forwarded):
    report = read(forwarded.replace(b"ARC-Seal:", b"X-Seal:"))
    assert report.arc.result in ("permerror", "fail")


# path, clocks, parts


def test_hops_run_from_the_oldest_and_a_clock_that_goes_back_is_reported(read, forwarded):
    report = read(forwarded)
    assert [hop.by for hop in report.hops] == ["out.shop.example", "relay.example", "mx.hospital.example"]
    assert [hop.address for hop in report.hops] == ["192.0.2.7", "2001:db8::7", "198.51.100.9"]
    assert [hop.protocol for hop in report.hops] == ["ESMTPSA", "ESMTPS", "ESMTPS"]
    assert [hop.after for hop in report.hops] == [None, timedelta(seconds=15), timedelta(seconds=-10)]
    assert report.hops[1].at.instant == datetime(2026, 1, 15, 9, 0, 20, tzinfo=UTC)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("clock-disagrees", "warning")
    assert "10 seconds before" in finding.message
    assert "mx.hospital.example" in finding.where


def test_a_time_without_a_zone_is_not_given_one(read):
    hop = FIRST_HOP.replace(b"+0100", b"-0000")
    report = read(hop + LETTER.replace(b"10:00:00 +0100", b"10:00:00 -0000"))
    assert report.hops[0].at.instant is None
    assert report.hops[0].at.stored == datetime(2026, 1, 15, 10, 0, 5)
    assert report.date.instant is None
    assert {"hop-time-unknown", "date-unknown"} <= set(codes(report))


def test_a_mail_dated_after_its_arrival_is_reported(read):
    report = read(FIRST_HOP + LETTER.replace(b"10:00:00 +0100", b"12:30:05 +0100"))
    (finding,) = [each for each in report.findings if each.code == "date-after-arrival"]
    assert "150 minutes" in finding.message


def test_a_return_path_of_another_domain_is_noted(read, signed):
    report = read(b"Return-Path: <bounce@elsewhere.example>\r\n" + signed)
    assert report.return_path == "bounce@elsewhere.example"
    assert codes(report) == ["return-path-differs"]


def test_attachments_are_listed_with_their_digests(read, signed):
    report = read(signed)
    assert [(part.name, part.content_type, part.size) for part in report.parts] == [
        ("", "text/plain", 23),
        ("invoice.pdf", "application/pdf", 8),
    ]
    assert report.parts[1].sha256 == hashlib.sha256(b"%PDF-1.4").hexdigest()


# what is no mail


@pytest.mark.parametrize(
    "content", [b"", b"just some words\n", b"\x7fELF\0\0\0\0", b"\xff\xd8\xff\xe0\0\x10JFIF\0"]
)
def test_what_is_no_mail_is_refused(tmp_path, content):
    (tmp_path / "x.eml").write_bytes(content)
    with pytest.raises(ArtefactUnreadable) as caught:
        mail.read(tmp_path / "x.eml", {})
    assert caught.value.where == "x.eml"


def test_a_missing_mail_and_bad_dns_files_are_explained(tmp_path, signed):
    with pytest.raises(ArtefactUnreadable, match="No such file"):
        mail.read(tmp_path / "gone.eml", {})
    (tmp_path / "mail.eml").write_bytes(signed)
    for text in ("not json", "[]", '{"name": 5}'):
        (tmp_path / "dns.json").write_text(text)
        with pytest.raises(DataInvalid):
            mail.read(tmp_path / "mail.eml", tmp_path / "dns.json")


def test_dns_answers_come_from_a_file_in_pieces_or_whole(tmp_path, signed, zone):
    (tmp_path / "mail.eml").write_bytes(signed)
    name, value = "S1._DomainKey.shop.example.", zone["s1._domainkey.shop.example"]
    (tmp_path / "dns.json").write_text(json.dumps({name: [value[:200], value[200:]]}))
    assert mail.read(tmp_path / "mail.eml", tmp_path / "dns.json").signatures[0].result == "pass"


@given(st.data())
def test_no_damage_to_a_mail_ends_in_anything_but_a_report_or_a_refusal(tmp_path, forwarded, zone, data):
    message = bytearray(forwarded)
    for _change in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(message) - 1))
        message[position : position + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "mail.eml"
    path.write_bytes(message)
    try:
        report = mail.read(path, zone)
    except ArtefactUnreadable:
        return
    assert report.arc.explanation
    assert all(each.explanation for each in report.signatures)
