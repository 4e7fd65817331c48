"""Timestamps: accepted by openssl, and refused with the right reason."""

import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from hanoikit.errors import TokenRejected, UsageError
from hanoikit.evidence.identity import pem
from hanoikit.evidence.keys import ed25519_key, rsa_key
from hanoikit.evidence.timestamp import (
    POLICY,
    LocalTimestampAuthority,
    Token,
    timestamp_certificate,
    verify,
)

AT = datetime(2026, 5, 4, 9, 30, 15, tzinfo=UTC)
DATA = b"the head of the log"


@pytest.fixture(scope="module")
def tsa():
    return LocalTimestampAuthority.create(seed="timestamp tests")


@pytest.fixture(scope="module")
def other():
    return LocalTimestampAuthority.create()


@pytest.fixture(scope="module")
def token(tsa):
    return tsa.stamp(DATA, at=AT)


def reasons(token, tsa, data=DATA, **options):
    with pytest.raises(TokenRejected) as rejected:
        verify(token, data=data, roots=options.pop("roots", [tsa.root]), **options)
    assert rejected.value.next_step
    assert all(finding.provisions[0].startswith("RFC 3161") for finding in rejected.value.findings)
    return [finding.code for finding in rejected.value.findings]


def test_a_token_says_when_its_data_existed(tsa, token):
    info = verify(token, data=DATA, roots=[tsa.root])
    assert info.gen_time == AT
    assert info.gen_time.tzinfo is not None
    assert info.digest == hashlib.sha256(DATA).hexdigest()
    assert (info.algorithm, info.policy, info.authority) == ("sha256", POLICY, tsa.name)


def test_a_digest_is_stamped_and_verified_like_its_data(tsa, token):
    digest = hashlib.sha256(DATA).hexdigest()
    assert tsa.stamp(digest=digest, at=AT) == token
    assert verify(token, digest=digest, roots=[tsa.root]).gen_time == AT


def test_a_time_in_another_zone_is_the_same_moment_and_fractions_are_dropped(tsa):
    at = AT.astimezone(timezone(timedelta(hours=7))) + timedelta(milliseconds=900)
    assert verify(tsa.stamp(DATA, at=at), data=DATA, roots=[tsa.root]).gen_time == AT


def openssl_verify(folder, token, data, root):
    token.save(folder / "token.tsr")
    (folder / "data").write_bytes(data)
    (folder / "root.pem").write_bytes(pem(root))
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "root.pem"]
    command += ["-attime", str(int(AT.timestamp()))]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_openssl_accepts_the_token_and_refuses_it_for_other_data(tsa, other, token, tmp_path):
    accepted = openssl_verify(tmp_path, token, DATA, tsa.root)
    assert accepted.returncode == 0, accepted.stderr
    assert "OK" in accepted.stdout
    assert openssl_verify(tmp_path, token, DATA + b".", tsa.root).returncode != 0
    assert openssl_verify(tmp_path, token, DATA, other.root).returncode != 0


def test_openssl_accepts_the_token_of_an_authority_with_random_keys(other, tmp_path):
    token = other.stamp(DATA, at=AT)
    assert openssl_verify(tmp_path, token, DATA, other.root).returncode == 0
    assert verify(token, data=DATA, roots=[other.root]).gen_time == AT


def test_a_seeded_authority_gives_the_same_bytes_and_a_random_one_does_not(tsa, other, token):
    again = LocalTimestampAuthority.create(seed="timestamp tests")
    assert again.root == tsa.root
    assert again.stamp(DATA, at=AT) == token
    assert tsa.stamp(DATA, at=AT + timedelta(seconds=1)) != token
    assert other.stamp(DATA, at=AT) != other.stamp(DATA, at=AT)


def test_a_saved_token_verifies(tsa, token, tmp_path):
    token.save(tmp_path / "head.tsr")
    assert Token.load(tmp_path / "head.tsr") == token
    with pytest.raises(TokenRejected, match="cannot be opened"):
        Token.load(tmp_path / "none.tsr")


def test_a_token_of_other_data_is_refused(tsa, token):
    assert reasons(token, tsa, data=b"another head") == ["other-data"]


def test_a_token_of_an_authority_that_nobody_trusts_is_refused(tsa, other, token):
    assert reasons(token, tsa, roots=[other.root]) == ["wrong-authority"]
    assert verify(token, data=DATA, roots=[other.root, tsa.root])


def test_an_authority_of_the_same_name_is_another_authority(tsa, token):
    impostor = LocalTimestampAuthority.create(name=tsa.name)
    assert impostor.root.subject == tsa.root.subject
    assert reasons(token, tsa, roots=[impostor.root]) == ["wrong-authority"]


def test_all_reasons_come_at_once(tsa, other, token):
    found = reasons(token, tsa, data=b"x", roots=[other.root], now=AT - timedelta(days=1))
    assert found == ["other-data", "wrong-authority", "future-time"]


def test_the_nonce_ties_the_token_to_its_request(tsa):
    token = tsa.stamp(DATA, at=AT, nonce=4711)
    assert verify(token, data=DATA, roots=[tsa.root], nonce=4711).nonce == 4711
    assert reasons(token, tsa, nonce=4712) == ["other-request"]


def test_a_token_from_the_future_is_refused_when_now_is_given(tsa, token):
    assert reasons(token, tsa, now=AT - timedelta(seconds=1)) == ["future-time"]
    assert verify(token, data=DATA, roots=[tsa.root], now=AT)


@pytest.mark.parametrize("year", [2025, 2037])
def test_the_authority_must_have_been_valid_at_that_time(tsa, year):
    assert reasons(tsa.stamp(DATA, at=AT.replace(year=year)), tsa) == ["authority-not-valid-then"]


@pytest.mark.parametrize(
    "purposes",
    [
        [ExtendedKeyUsageOID.CODE_SIGNING],
        [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING],
    ],
)
def test_a_certificate_for_another_purpose_makes_no_timestamps(tsa, purposes):
    root_key = ed25519_key(b"timestamp tests", "timestamp root", tsa.name)
    dates = (tsa.certificate.not_valid_before_utc, tsa.certificate.not_valid_after_utc)
    certificate = timestamp_certificate("Wrong", tsa.key, tsa.root, root_key, dates, purposes=purposes)
    wrong = LocalTimestampAuthority(tsa.root, certificate, tsa.key)
    assert reasons(wrong.stamp(DATA, at=AT), tsa) == ["wrong-purpose"]


def test_a_token_signed_by_another_key_than_the_certificate_says_is_refused(tsa):
    forged = LocalTimestampAuthority(tsa.root, tsa.certificate, rsa_key(None))
    assert reasons(forged.stamp(DATA, at=AT), tsa) == ["bad-signature"]


def test_every_truncation_is_refused_as_such(tsa, token):
    for end in range(5, len(token.der), 37):
        assert reasons(Token(token.der[:end]), tsa) == ["truncated"]
    assert reasons(token.der + b"\x00", tsa) == ["trailing-bytes"]


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"0",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x30\x00",
        b"\x30\x03abc",
        b"hello, I am a token",
        b"\x30\xff" + b"a" * 9,
    ],
)
def test_what_is_no_token_is_malformed(tsa, der):
    assert reasons(der, tsa) == ["malformed"]


def test_random_bytes_are_refused(tsa):
    for _ in range(50):
        noise = os.urandom(300)
        assert reasons(noise, tsa)[0] in {"malformed", "truncated", "trailing-bytes"}
        assert reasons(b"\x30\x82\x01\x28" + noise[:296], tsa) == ["malformed"]


def test_a_flipped_bit_is_refused_or_changes_nothing_that_the_token_says(tsa, token):
    said = verify(token, data=DATA, roots=[tsa.root])
    accepted = 0
    for place in range(0, len(token.der), 2):
        der = bytearray(token.der)
        der[place] ^= 1 << (place // 2 % 8)
        try:
            info = verify(bytes(der), data=DATA, roots=[tsa.root])
        except TokenRejected as rejected:
            assert rejected.findings
        else:
            accepted += 1
            assert info == said
    assert accepted < 20


def test_a_refused_request_is_no_token(tsa):
    # PKIStatusInfo alone: status 2 (rejection) and a text; a refusal has no token (RFC 3161, 2.4.2).
    refusal = bytes.fromhex("3011300f020102300a0c08") + b"too busy"
    with pytest.raises(TokenRejected) as rejected:
        verify(refusal, data=DATA, roots=[tsa.root])
    assert [finding.code for finding in rejected.value.findings] == ["not-granted"]
    assert "too busy" in rejected.value.explain()


@pytest.mark.parametrize(
    "call",
    [
        lambda tsa, token: tsa.stamp(at=AT),
        lambda tsa, token: tsa.stamp(DATA, digest="00" * 32, at=AT),
        lambda tsa, token: tsa.stamp(digest="00", at=AT),
        lambda tsa, token: tsa.stamp(digest="zz", at=AT),
        lambda tsa, token: tsa.stamp(DATA, at=datetime(2026, 5, 4)),
        lambda tsa, token: verify(token, data=DATA, roots=[]),
        lambda tsa, token: verify(token, roots=[tsa.root]),
        lambda tsa, token: verify(token, digest="zz", roots=[tsa.root]),
    ],
)
def test_a_wrong_call_is_not_mistaken_for_a_wrong_token(tsa, token, call):
    with pytest.raises(UsageError):
        call(tsa, token)


def test_the_authority_saves_its_root_for_others_and_its_key_for_itself(tsa, tmp_path):
    tsa.save(tmp_path)
    assert (tmp_path / "root.pem").read_bytes() == pem(tsa.root)
    key = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    assert key.public_key() == tsa.certificate.public_key()
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
