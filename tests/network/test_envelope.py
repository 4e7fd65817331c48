"""Envelopes: opened when all is well, refused with the right cause when anything is not."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from hanoikit.errors import DataInvalid, EnvelopeRejected, MessageUnreadable, UsageError
from hanoikit.network import (
    Cause,
    Directory,
    Envelope,
    Message,
    Tolerance,
    course_directory,
    examine,
    open_envelope,
    seal,
)
from hanoikit.network.directory import Entry
from hanoikit.trust.identity import CourseAuthority


def refused(data, **context):
    with pytest.raises(EnvelopeRejected) as error:
        open_envelope(data, **context)
    assert error.value.findings
    assert error.value.next_step
    return error.value


@pytest.fixture
def sealed(make, identities):
    return seal(make("preservation-request"), identities["XA"])


def test_a_sealed_message_is_opened_by_the_desk_that_it_is_for(sealed, directory, now):
    opened = open_envelope(sealed.to_bytes(), directory=directory, desk="XC", at=now)
    assert opened.message == sealed.message
    assert opened.entry.desk == "XA"
    assert opened.received == now
    assert opened.id == sealed.id


def test_sealing_twice_gives_the_same_bytes(make, identities):
    message = make("acknowledgement")
    assert seal(message, identities["XA"]).to_bytes() == seal(message, identities["XA"]).to_bytes()


def test_no_flipped_bit_anywhere_in_an_envelope_goes_through(make, identities, directory, now):
    data = seal(make("acknowledgement"), identities["XA"]).to_bytes()
    for place in range(len(data)):
        bit = 1 << (place % 8)
        altered = bytearray(data)
        altered[place] ^= bit
        envelope, findings = examine(bytes(altered), directory=directory, desk="XC", at=now)
        assert findings, (place, bit)
        if envelope is None:
            assert findings[0].code == Cause.MALFORMED


def test_every_bit_of_the_signature_counts(make, identities, directory, now):
    sealed = seal(make("acknowledgement"), identities["XA"])
    for place in range(512):
        altered = bytearray(sealed.signature)
        altered[place // 8] ^= 1 << (place % 8)
        wrong = Envelope(sealed.message, sealed.signer, bytes(altered))
        findings = examine(wrong, directory=directory, desk="XC", at=now)[1]
        assert [one.code for one in findings] == [Cause.FORGED]


def test_an_altered_word_is_found(sealed, directory, now):
    data = sealed.to_bytes().replace(b"30 April", b"29 April")
    assert refused(data, directory=directory, desk="XC", at=now).cause == Cause.FORGED


def test_the_signature_of_one_message_does_not_fit_another(make, identities, directory, now):
    one = seal(make("acknowledgement"), identities["XA"])
    mixed = Envelope(make("technical-advice"), one.signer, one.signature)
    assert refused(mixed, directory=directory, at=now).cause == Cause.FORGED


def test_a_desk_cannot_speak_for_another_one(make, identities, directory, now):
    lie = seal(make("preservation-request"), identities["XD"])
    error = refused(lie, directory=directory, desk="XC", at=now)
    assert error.cause == Cause.WRONG_DESK


def test_exchanging_the_name_of_the_signer_is_found(sealed, identities, directory, now):
    swapped = Envelope(sealed.message, identities["XD"].fingerprint, sealed.signature)
    causes = {one.code for one in refused(swapped, directory=directory, desk="XC", at=now).findings}
    assert causes == {Cause.FORGED, Cause.WRONG_DESK}


def test_a_message_for_another_desk_is_not_opened(sealed, directory, now):
    assert refused(sealed, directory=directory, desk="XB", at=now).cause == Cause.WRONG_RECIPIENT
    assert open_envelope(sealed, directory=directory, at=now).message.recipient == "XC"


def test_a_replay_is_found(sealed, directory, now):
    error = refused(sealed, directory=directory, desk="XC", at=now, seen={sealed.id})
    assert error.cause == Cause.REPLAY


def test_a_stranger_with_a_certificate_of_another_authority_is_unknown(make, directory, now):
    _others, strangers = course_directory(CourseAuthority.create(seed="somebody else"))
    assert refused(seal(make("acknowledgement"), strangers["XA"]), directory=directory, at=now).cause == (
        Cause.UNKNOWN_SIGNER
    )


def entry_of(entry, *certificates):
    names = ("desk", "state", "office", "name", "languages", "telephone", "mail", "zone")
    return Entry(**{name: getattr(entry, name) for name in names}, certificates=certificates)


def with_certificate(directory, desk, who, roots=None):
    entries = [entry_of(one, who.certificate) if one.desk == desk else one for one in directory]
    return Directory(entries, roots=directory.roots if roots is None else roots)


def issued(authority, **changes):
    given = {"name": "Desk", "role": "point of contact", "organisation": "Desk", "state": "XA", **changes}
    return authority.issue(**given)


@pytest.fixture(scope="module")
def authority():
    return CourseAuthority.create(seed="network tests")


def test_an_expired_certificate_is_refused_at_the_moment_of_receipt(make, directory, authority, now):
    old = issued(authority, not_after=now - timedelta(days=1))
    register = with_certificate(directory, "XA", old)
    dated_back = make("acknowledgement", sent=now - timedelta(days=2))
    error = refused(seal(dated_back, old), directory=register, desk="XC", at=now)
    assert error.cause == Cause.EXPIRED
    assert open_envelope(seal(dated_back, old), directory=register, desk="XC", at=now - timedelta(days=2))


def test_a_certificate_that_is_not_yet_valid_is_refused(make, directory, authority, now):
    coming = issued(authority, not_before=now + timedelta(days=1))
    register = with_certificate(directory, "XA", coming)
    error = refused(seal(make("acknowledgement"), coming), directory=register, desk="XC", at=now)
    assert error.cause == Cause.NOT_YET_VALID


@pytest.mark.parametrize(
    ("change", "code"), [({"role": "investigator"}, "wrong-role"), ({"state": "XD"}, "wrong-state")]
)
def test_a_certificate_must_be_that_of_this_states_point_of_contact(
    change, code, make, directory, authority, now
):
    wrong = issued(authority, **change)
    register = with_certificate(directory, "XA", wrong)
    assert refused(seal(make("acknowledgement"), wrong), directory=register, at=now).cause == Cause.UNTRUSTED
    assert code in [one.code for one in register.check(at=now)]


def test_a_certificate_of_an_authority_that_nobody_trusts_is_refused_even_in_the_register(
    make, directory, now
):
    stranger = issued(CourseAuthority.create(seed="a stranger"))
    register = with_certificate(directory, "XA", stranger)
    assert (
        refused(seal(make("acknowledgement"), stranger), directory=register, at=now).cause == Cause.UNTRUSTED
    )


@pytest.mark.parametrize(("ahead", "good"), [(299, True), (300, True), (301, False), (86_400, False)])
def test_a_clock_may_be_five_minutes_ahead_and_no_more(ahead, good, make, identities, directory, now):
    sealed = seal(make("acknowledgement", sent=now + timedelta(seconds=ahead)), identities["XA"])
    findings = examine(sealed, directory=directory, desk="XC", at=now)[1]
    assert [one.code for one in findings] == ([] if good else [Cause.AHEAD])


def test_how_old_a_message_may_be_is_a_choice(make, identities, directory, now):
    sealed = seal(make("acknowledgement", sent=now - timedelta(days=30)), identities["XA"])
    assert open_envelope(sealed, directory=directory, desk="XC", at=now)
    strict = Tolerance(age=timedelta(days=1))
    assert refused(sealed, directory=directory, desk="XC", at=now, tolerance=strict).cause == Cause.TOO_OLD


def test_every_reason_is_given_at_once(sealed, directory, now):
    data = sealed.to_bytes().replace(b"30 April", b"29 April")
    altered = Envelope.read(data).id
    findings = examine(data, directory=directory, desk="XB", at=now - timedelta(hours=1), seen={altered})[1]
    assert [one.code for one in findings] == [Cause.FORGED, Cause.WRONG_RECIPIENT, Cause.AHEAD, Cause.REPLAY]


def test_spaces_and_order_do_not_matter_but_the_content_does(sealed, directory, now):
    loose = json.dumps(sealed.to_json(), indent=2)
    assert open_envelope(loose, directory=directory, desk="XC", at=now).id == sealed.id


def test_opening_needs_a_time_with_a_zone(sealed, directory, now):
    with pytest.raises(UsageError):
        open_envelope(sealed, directory=directory, at=now.replace(tzinfo=None))


def test_the_register_of_the_course_is_sound_and_survives_its_json(directory, now):
    assert directory.check(at=now) == []
    again = Directory.from_json(json.loads(json.dumps(directory.to_json())))
    assert again.to_json() == directory.to_json()
    assert [one.desk for one in again.of_state("XA")] == ["XA", "XA-central"]


def test_a_register_that_brings_its_own_authority_is_not_trusted_for_it(make, directory, now):
    forged, identities = course_directory(CourseAuthority.create(seed="forger"))
    taken = Directory.from_json(forged.to_json(), roots=directory.roots)
    assert (
        refused(seal(make("acknowledgement"), identities["XA"]), directory=taken, at=now).cause
        == Cause.UNTRUSTED
    )


@pytest.mark.parametrize(
    "value", [None, [], {}, {"type": "x"}, {"type": "hanoikit.network-register/1", "desks": [{}]}]
)
def test_what_is_no_register_is_refused(value):
    with pytest.raises(DataInvalid):
        Directory.from_json(value)


def test_a_register_without_a_certificate_or_a_point_of_contact_says_so(directory, now):
    lonely = [entry_of(directory["XA-central"])]
    codes = [one.code for one in Directory(lonely, roots=directory.roots).check(at=now)]
    assert codes == ["no-certificate", "no-point-of-contact"]


def test_a_message_is_no_envelope(make):
    with pytest.raises(MessageUnreadable):
        Envelope.read(make("acknowledgement").to_bytes())
    assert Message.read(make("acknowledgement").to_bytes())


def test_the_certificates_end_with_the_course(directory):
    late = datetime(2040, 1, 1, tzinfo=UTC)
    assert {one.code for one in directory.check(at=late)} == {"expired"}
