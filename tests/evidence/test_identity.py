"""Identities of the course's people: accepted by openssl, and refused with every reason."""

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanoikit.errors import IdentityRejected, UsageError
from hanoikit.evidence.identity import (
    CourseAuthority,
    Identity,
    Role,
    check_signature,
    fingerprint,
    pem,
    verify,
)
from hanoikit.trust import certificates
from hanoikit.trust.keys import rsa_key

MAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANH = {"name": "Lan Anh Tran", "role": "DEFR", "organisation": "Cyber Unit", "state": "XA"}


@pytest.fixture(scope="module")
def authority():
    return CourseAuthority.create(seed="identity tests")


@pytest.fixture(scope="module")
def anh(authority):
    return authority.issue(**ANH)


def reasons(certificate, roots, at=MAY):
    with pytest.raises(IdentityRejected) as rejected:
        verify(certificate, roots, at=at)
    assert rejected.value.findings
    assert "accepted" in rejected.value.explain()
    return {finding.code for finding in rejected.value.findings}


def made(issuer_name, signer, *extensions, subject="Mallory", key=None, days=(0, 365)):
    """A certificate built by hand, to be wrong in the way that a test wants."""
    key = key or Ed25519PrivateKey.generate()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days[0]))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days[1]))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, None), key


SIGNING = (certificates.key_usage(digital_signature=True), True)


def test_a_certificate_says_who_holds_it(authority, anh):
    person = verify(anh.certificate, [authority.certificate], at=MAY)
    assert (person.name, person.role, person.organisation, person.state) == tuple(ANH.values())
    assert person.fingerprint == fingerprint(anh.certificate) == anh.fingerprint
    assert len(person.fingerprint) == 64


def test_openssl_accepts_the_certificate_under_its_strict_rules(authority, anh, tmp_path):
    (tmp_path / "root.pem").write_bytes(pem(authority.certificate))
    (tmp_path / "anh.pem").write_bytes(pem(anh.certificate))
    moment = ["-attime", str(int(MAY.timestamp()))]
    done = subprocess.run(
        [
            "openssl",
            "verify",
            "-x509_strict",
            *moment,
            "-CAfile",
            tmp_path / "root.pem",
            tmp_path / "anh.pem",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    other = CourseAuthority.create(seed="another")
    (tmp_path / "root.pem").write_bytes(pem(other.certificate))
    done = subprocess.run(
        ["openssl", "verify", *moment, "-CAfile", tmp_path / "root.pem", tmp_path / "anh.pem"],
        capture_output=True,
    )
    assert done.returncode != 0


def test_openssl_verifies_a_signature_of_the_identity(anh, tmp_path):
    (tmp_path / "data").write_bytes(b"I took the laptop.")
    (tmp_path / "signature").write_bytes(anh.sign(b"I took the laptop."))
    (tmp_path / "anh.pem").write_bytes(pem(anh.certificate))
    done = subprocess.run(
        [
            "openssl",
            "pkeyutl",
            "-verify",
            "-rawin",
            "-in",
            "data",
            "-sigfile",
            "signature",
            "-certin",
            "-inkey",
            "anh.pem",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_seed_gives_the_same_certificate_in_any_order_of_issue():
    one, two = CourseAuthority.create(seed=7), CourseAuthority.create(seed="7")
    assert one.certificate == two.certificate
    two.issue(name="Somebody Else", role="examiner", organisation="Lab", state="XB")
    assert one.issue(**ANH).certificate == two.issue(**ANH).certificate
    assert one.issue(**ANH).sign(b"x") == two.issue(**ANH).sign(b"x")
    assert CourseAuthority.create(seed=8).issue(**ANH).certificate != one.issue(**ANH).certificate


def test_without_a_seed_keys_differ_each_time():
    assert CourseAuthority.create().certificate != CourseAuthority.create().certificate
    authority = CourseAuthority.create()
    assert authority.issue(**ANH).fingerprint != authority.issue(**ANH).fingerprint


def test_a_certificate_is_refused_before_and_after_its_validity(authority):
    short = authority.issue(**ANH, not_before=MAY, not_after=MAY + timedelta(days=1))
    roots = [authority.certificate]
    assert reasons(short.certificate, roots, MAY - timedelta(seconds=1)) == {"not-yet-valid"}
    assert reasons(short.certificate, roots, MAY + timedelta(days=2)) == {"expired"}
    assert verify(short.certificate, roots, at=MAY + timedelta(hours=3)).name == ANH["name"]


def test_an_expired_authority_vouches_for_nobody():
    authority = CourseAuthority.create(seed=1, not_after=MAY)
    anh = authority.issue(**ANH, not_after=MAY + timedelta(days=365))
    assert reasons(anh.certificate, [authority.certificate], MAY + timedelta(days=1)) == {"expired"}


def test_another_authority_of_the_same_name_is_refused(authority, anh):
    impostor = CourseAuthority.create(seed="impostor")
    assert impostor.name == authority.name
    assert reasons(impostor.issue(**ANH).certificate, [authority.certificate]) == {"not-signed-by-issuer"}
    assert verify(anh.certificate, [impostor.certificate, authority.certificate], at=MAY)


def test_a_certificate_of_an_unknown_or_no_authority_is_refused(authority):
    stranger = CourseAuthority.create(name="Somebody's authority", seed=1)
    assert reasons(stranger.issue(**ANH).certificate, [authority.certificate]) == {"unknown-issuer"}
    assert reasons(stranger.issue(**ANH).certificate, []) == {"unknown-issuer"}


def test_an_altered_certificate_is_refused(authority, anh):
    der = bytearray(anh.certificate.public_bytes(certificates.serialization.Encoding.DER))
    place = der.index(b"Lan Anh Tran")
    der[place : place + 3] = b"Bob"
    altered = certificates.load_certificate(bytes(der))
    assert reasons(altered, [authority.certificate]) == {"not-signed-by-issuer"}


def test_a_person_cannot_issue_certificates_without_the_mark_of_an_authority(authority, anh):
    leaf, _key = made(anh.certificate.subject, anh.key, SIGNING)
    assert reasons(leaf, [authority.certificate]) == {"unknown-issuer"}
    assert reasons(leaf, [anh.certificate]) == {"issuer-not-authority", "issuer-wrong-usage"}


def test_every_reason_is_given_at_once(authority):
    rsa = rsa_key(None)
    wrong, _key = made(
        authority.certificate.subject,
        authority.key,
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (certificates.key_usage(key_encipherment=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        (x509.InhibitAnyPolicy(0), True),
        key=rsa,
        days=(0, 30),
    )
    assert reasons(wrong, [authority.certificate]) == {
        "wrong-key-type",
        "authority-as-person",
        "wrong-usage",
        "wrong-extended-usage",
        "unknown-critical-extension",
        "expired",
    }


def test_the_authority_itself_cannot_sign_evidence(authority):
    assert "authority-as-person" in reasons(authority.certificate, [authority.certificate])


def test_a_time_without_zone_is_a_wrong_call(authority, anh):
    with pytest.raises(UsageError):
        verify(anh.certificate, [authority.certificate], at=datetime(2026, 5, 4))
    with pytest.raises(UsageError):
        CourseAuthority.create(not_before=datetime(2026, 1, 1))


def test_only_known_roles_and_invented_states_are_issued(authority):
    with pytest.raises(UsageError, match="role"):
        authority.issue(**{**ANH, "role": "wizard"})
    for state in ("FR", "xa", "XAB"):
        with pytest.raises(UsageError, match="invented"):
            authority.issue(**{**ANH, "state": state})
    assert all(role.in_words for role in Role)


def test_an_identity_survives_saving_and_its_key_is_for_the_owner_only(anh, tmp_path):
    anh.save(tmp_path / "anh")
    again = Identity.load(tmp_path / "anh")
    assert again.certificate == anh.certificate
    assert again.sign(b"x") == anh.sign(b"x")
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "anh" / "key.pem").stat().st_mode) == 0o600
    anh.save(tmp_path / "anh")
    assert Identity.load(tmp_path / "anh").name == ANH["name"]


def test_a_saved_key_can_be_locked_with_a_password(anh, tmp_path):
    anh.save(tmp_path, password=b"correct horse")
    assert Identity.load(tmp_path, password=b"correct horse").fingerprint == anh.fingerprint
    for password in (None, b"wrong"):
        with pytest.raises(IdentityRejected, match="password"):
            Identity.load(tmp_path, password=password)


def test_the_key_of_another_person_is_noticed_on_loading(authority, anh, tmp_path):
    anh.save(tmp_path)
    other = authority.issue(**{**ANH, "name": "Minh Vo"})
    (tmp_path / "certificate.pem").write_bytes(pem(other.certificate))
    with pytest.raises(IdentityRejected, match="does not belong"):
        Identity.load(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_or_missing_file_is_named(anh, tmp_path, damage):
    anh.save(tmp_path)
    (tmp_path / "certificate.pem").write_bytes(damage)
    with pytest.raises(IdentityRejected, match=r"certificate\.pem"):
        Identity.load(tmp_path)
    (tmp_path / "certificate.pem").write_bytes(pem(anh.certificate))
    (tmp_path / "key.pem").unlink()
    with pytest.raises(IdentityRejected, match=r"key\.pem"):
        Identity.load(tmp_path)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_flipped_bit_in_a_certificate_is_refused_on_loading_or_on_verifying(authority, anh):
    der = anh.certificate.public_bytes(certificates.serialization.Encoding.DER)
    for place in range(len(der)):
        damaged = bytearray(der)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(IdentityRejected):
            verify(certificates.load_certificate(bytes(damaged)), [authority.certificate], at=MAY)


def test_random_bytes_are_no_certificate():
    with pytest.raises(IdentityRejected):
        certificates.load_certificate(os.urandom(300))


def test_a_signature_of_other_data_or_of_another_person_is_refused(authority, anh):
    signature = anh.sign(b"data")
    check_signature(anh.certificate, signature, b"data")
    minh = authority.issue(**{**ANH, "name": "Minh Vo"})
    for certificate, data in ((anh.certificate, b"Data"), (minh.certificate, b"data")):
        with pytest.raises(IdentityRejected, match="not made by"):
            check_signature(certificate, signature, data)


def test_the_rsa_key_of_a_seed_is_sound_and_always_the_same(tmp_path):
    key = rsa_key(b"seed", "tests", bits=1024)
    assert key.private_numbers() == rsa_key(b"seed", "tests", bits=1024).private_numbers()
    assert key.key_size == 1024
    path = tmp_path / "key.pem"
    path.write_bytes(
        key.private_bytes(
            certificates.serialization.Encoding.PEM,
            certificates.serialization.PrivateFormat.PKCS8,
            certificates.serialization.NoEncryption(),
        )
    )
    done = subprocess.run(["openssl", "rsa", "-check", "-noout", "-in", path], capture_output=True, text=True)
    assert "RSA key ok" in done.stdout + done.stderr
