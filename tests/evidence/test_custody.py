"""The custody log: what it refuses to write, and every kind of break that it finds."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable, ChainBroken, UsageError
from hanoikit.evidence import custody, custody_entry
from hanoikit.evidence.canonical import canonical, is_canonical
from hanoikit.evidence.custody import Anchor, CustodyLog
from hanoikit.evidence.custody_entry import signed_line
from hanoikit.evidence.identity import CourseAuthority, Identity
from hanoikit.evidence.rewriting import relined, rewritten, value_of
from hanoikit.evidence.timestamp import LocalTimestampAuthority
from hanoikit.evidence.timestamp import verify as verify_token

START = datetime(2026, 5, 4, 9, 0, tzinfo=timezone(timedelta(hours=7)))
AUTHORITY = CourseAuthority.create(seed="custody tests")
ROOTS = [AUTHORITY.certificate]


def person(name, role):
    return AUTHORITY.issue(name=name, role=role, organisation="Cyber Unit", state="XA")


ANH, MINH, SARA = (
    person("Lan Anh Tran", "DEFR"),
    person("Minh Vo", "custodian"),
    person("Sara Odeh", "examiner"),
)
SIGNERS = {each.fingerprint: each for each in (ANH, MINH, SARA)}
DIGEST = "ab" * 32


def minute(n):
    return START + timedelta(minutes=n)


def usual_log():
    """Ten entries: a laptop collected, an image acquired and handed on twice, examined."""
    log = CustodyLog(case="XA-2026-0417")
    log.append(action="identified", item="laptop", actor=ANH, place="Harbour Street 5", at=minute(0))
    log.append(action="collected", item="laptop", actor=ANH, place="Harbour Street 5", at=minute(10))
    log.append(
        action="acquired",
        item="image",
        source="laptop",
        actor=ANH,
        place="Harbour Street 5",
        at=minute(40),
        item_sha256=DIGEST,
        note="Ghi chú: ổ đĩa 8 MiB",
    )
    log.hand_over(item="laptop", giver=ANH, taker=MINH, place="Evidence room", at=minute(90))
    log.hand_over(
        item="image", giver=ANH, taker=MINH, place="Evidence room", at=minute(91), item_sha256=DIGEST
    )
    log.hand_over(
        item="image", giver=MINH, taker=SARA, place="Laboratory", at=minute(200), taken_at=minute(230)
    )
    log.append(
        action="examined", item="image", actor=SARA, place="Laboratory", at=minute(300), item_sha256=DIGEST
    )
    return log


LOG = usual_log()


def codes(log, **options):
    return [(f.code, f.entry) for f in custody.verify(log, roots=options.pop("roots", ROOTS), **options)]


def edited(index, **members):
    """The log with members of one entry changed and nothing else: what a text editor does."""
    lines = [entry.line for entry in LOG.entries]
    entry = LOG.entries[index - 1]
    lines[index - 1] = signed_line({**value_of(entry), **members}, entry.signature)
    return relined(LOG, lines)


def written_so(index, **members):
    """The log as it would stand had the entry been written so from the start: all signatures are genuine."""
    steps = [
        ({**value_of(e), **(members if e.index == index else {})}, SIGNERS[e.actor]) for e in LOG.entries
    ]
    return rewritten(LOG, 0, steps)


# untouched


def test_an_untouched_log_gives_no_finding():
    anchors = [Anchor.of(LOG, at=minute(301)), Anchor.of(LOG, index=4)]
    assert codes(LOG, anchors=anchors, now=minute(400)) == []
    custody.check(LOG, roots=ROOTS, anchors=anchors)


def test_a_saved_log_is_the_same_when_loaded(tmp_path):
    LOG.save(tmp_path / "custody.jsonl")
    again = CustodyLog.load(tmp_path / "custody.jsonl")
    assert again.entries == LOG.entries
    assert again.head == LOG.head
    assert again.entries[2].note == "Ghi chú: ổ đĩa 8 MiB"
    assert again.entries[0].at.isoformat() == "2026-05-04T09:00:00+07:00"
    assert codes(again) == []
    again.append(action="stored", item="image", actor=SARA, place="Laboratory", at=minute(301))
    assert codes(again) == []
    assert list(tmp_path.iterdir()) == [tmp_path / "custody.jsonl"]


def test_a_certificate_is_carried_once_for_each_signer():
    carried = [entry.index for entry in LOG.entries if entry.certificate]
    assert carried == [1, 5, 9]
    assert set(LOG.certificates()) == set(SIGNERS)


def test_each_line_is_canonical_json_and_the_signature_covers_its_bytes():
    for entry in LOG.entries:
        value = json.loads(entry.line)
        assert canonical(value) == entry.line
        assert canonical(value["entry"]) == entry.signed_bytes
        ANH.certificate.public_key()
        SIGNERS[entry.actor].certificate.public_key().verify(entry.signature, entry.signed_bytes)


@settings(max_examples=40)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["stored", "examined", "hashed", "sealed", "hand over", "copied"]),
            st.integers(0, 500),
            st.integers(-12, 14),
            st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
        ),
        max_size=12,
    )
)
def test_whatever_people_do_in_order_an_untouched_log_gives_no_finding(steps):
    log = CustodyLog(case="any")
    log.append(action="collected", item="it", actor=ANH, place="here", at=START)
    holder, other, at = ANH, MINH, START
    for action, minutes, offset, note in steps:
        at = (at + timedelta(minutes=minutes)).astimezone(timezone(timedelta(hours=offset)))
        if action == "hand over":
            log.hand_over(item="it", giver=holder, taker=other, place="there", at=at, note=note)
            holder, other = other, holder
        else:
            log.append(
                action=action, item="it", actor=holder, place="x", at=at, item_sha256=DIGEST, note=note
            )
    again = CustodyLog.from_bytes(log.to_bytes())
    assert codes(again, anchors=[Anchor.of(log, at=at)], now=at) == []
    assert again.to_bytes() == log.to_bytes()


# writing


def append(log, **changed):
    usual = {"action": "stored", "item": "image", "actor": SARA, "place": "Laboratory", "at": minute(400)}
    return log.append(**{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"at": datetime(2026, 5, 4, 18)}, "no zone"),
        ({"at": minute(299)}, "before that of the entry above"),
        ({"at": datetime(2026, 5, 5, tzinfo=timezone(timedelta(hours=7, minutes=6, seconds=30)))}, "seconds"),
        ({"action": "looked at"}, "not an action"),
        ({"action": "hashed"}, "needs a digest"),
        ({"item_sha256": "AB" * 32}, "not a digest"),
        ({"item_sha256": "ab"}, "not a digest"),
        ({"digests": {"crc32": "00000000"}}, "not a digest"),
        ({"item": ""}, "item and the place"),
        ({"counterpart": "Minh"}, "not the fingerprint"),
        ({"note": "\ud800"}, "lone surrogate"),
    ],
)
def test_an_entry_that_cannot_stand_is_refused_and_the_log_stays(changed, words):
    log = usual_log()
    with pytest.raises(UsageError, match=words):
        append(log, **changed)
    assert log.to_bytes() == LOG.to_bytes()


def test_an_entry_written_after_the_event_is_possible_when_it_says_so():
    log = usual_log()
    append(log, at=minute(299), entered_late=True)
    append(log, at=minute(301))
    findings = custody.verify(log, roots=ROOTS)
    assert [(f.code, f.entry, f.severity) for f in findings] == [("entered-late", 11, "warning")]
    custody.check(log, roots=ROOTS)


def test_several_digests_are_kept_beside_each_other():
    log = usual_log()
    entry = append(log, action="hashed", digests={"md5": "0" * 32, "sha1": "1" * 40}, item_sha256=DIGEST)
    assert dict(entry.digests) == {"md5": "0" * 32, "sha1": "1" * 40, "sha256": DIGEST}
    assert codes(log) == []


# breaks inside the log


def test_an_edited_entry_has_a_bad_signature_and_the_next_does_not_continue_it():
    assert codes(edited(3, note="nothing")) == [("bad-signature", 3), ("hash-mismatch", 4)]


def test_the_edited_last_entry_is_found_too():
    assert codes(edited(10, place="Home")) == [("bad-signature", 10)]


def test_a_removed_and_a_swapped_entry_break_the_chain():
    lines = [entry.line for entry in LOG.entries]
    assert codes(relined(LOG, lines[:2] + lines[3:]))[:2] == [("hash-mismatch", 3), ("wrong-number", 3)]
    swapped = relined(LOG, [*lines[:4], lines[5], lines[4], *lines[6:]])
    assert ("hash-mismatch", 5) in codes(swapped)
    assert codes(swapped)[0][1] == 5


def test_a_removed_first_entry_does_not_continue_the_header():
    lines = [entry.line for entry in LOG.entries]
    found = codes(relined(LOG, lines[1:]))
    assert found[0] == ("hash-mismatch", 1)
    # The first entry carried the certificate of its signer.
    assert ("unknown-signer", 1) in found


def test_an_entry_from_another_log_does_not_fit():
    other = CustodyLog(case="XA-2026-9999")
    foreign = append(other, action="collected", item="phone", actor=ANH)
    lines = [entry.line for entry in LOG.entries]
    assert ("hash-mismatch", 11) in codes(relined(LOG, [*lines, foreign.line]))


def test_another_case_number_in_the_header_is_found():
    header = LOG.header.replace(b"0417", b"0418")
    other = CustodyLog.from_lines(header, [entry.line for entry in LOG.entries])
    assert codes(other) == [("hash-mismatch", 1)]


def test_a_signer_without_a_trusted_authority_is_unknown():
    stranger = CourseAuthority.create(name="Other", seed=1).issue(
        name="Eve", role="examiner", organisation="?", state="XB"
    )
    log = usual_log()
    append(log, action="copied", item="copy", actor=stranger, item_sha256=DIGEST)
    assert codes(log) == [("unknown-signer", 11)]
    assert codes(LOG, roots=[CourseAuthority.create(seed="impostor").certificate]) == [
        ("unknown-signer", n) for n in range(1, 11)
    ]


def test_a_certificate_left_out_can_be_given_from_outside():
    log = written_so(1)
    value = {**value_of(log.entries[0]), "certificate": ""}
    bare = relined(log, [signed_line(value, ANH)])
    assert codes(bare) == [("unknown-signer", 1)]
    assert codes(bare, certificates=[ANH.certificate]) == []


def test_a_certificate_that_was_not_valid_then_is_found_at_each_such_entry():
    brief = AUTHORITY.issue(
        name="Lan Anh Tran",
        role="DEFR",
        organisation="Cyber Unit",
        state="XA",
        not_before=minute(5),
        not_after=minute(20),
    )
    log = CustodyLog(case="c")
    for n in (0, 10, 30):
        append(log, action="collected", item=f"i{n}", actor=brief, at=minute(n))
    assert codes(log) == [("certificate-not-valid-then", 1), ("certificate-not-valid-then", 3)]


def test_a_claimed_role_that_the_certificate_does_not_give_is_found():
    assert codes(written_so(10, role="prosecutor")) == [("role-mismatch", 10)]


def test_a_clock_that_runs_backwards_is_found_though_it_is_signed():
    assert codes(written_so(10, time=minute(100).isoformat())) == [("time-goes-back", 10)]
    # The same moment in another zone is no step back.
    assert codes(written_so(10, time=minute(300).astimezone(UTC).isoformat())) == []


def test_an_entry_from_the_future_is_found_when_now_is_given():
    assert codes(LOG, now=minute(299)) == [("future-time", 10)]


# custody


def without(*dropped):
    steps = [(value_of(e), SIGNERS[e.actor]) for e in LOG.entries if e.index not in dropped]
    return rewritten(LOG, 0, steps)


@pytest.mark.parametrize(
    ("dropped", "place", "words"),
    [
        (6, 6, "nobody signed for giving"),
        (7, 7, "nobody signed for taking"),
        (9, 9, "nobody signed for taking"),
        (2, 3, "Nobody has taken it into custody yet"),
    ],
)
def test_half_a_handover_is_a_gap(dropped, place, words):
    findings = custody.verify(without(dropped), roots=ROOTS)
    assert (findings[0].code, findings[0].entry) == ("gap-in-custody", place)
    assert words in findings[0].message


def test_acting_on_an_item_that_somebody_else_holds_is_a_gap():
    findings = custody.verify(without(6, 7), roots=ROOTS)
    assert [(f.code, f.entry) for f in findings] == [("gap-in-custody", 6)]
    assert "does not hold it" in findings[0].message


def test_an_item_that_enters_by_no_act_is_a_gap():
    log = usual_log()
    append(log, item="phone")
    assert codes(log) == [("gap-in-custody", 11)]


def test_giving_to_one_person_and_taking_by_another_is_a_gap():
    log = usual_log()
    append(log, action="transferred-out", counterpart=ANH)
    append(log, action="transferred-in", actor=MINH)
    assert codes(log) == [("gap-in-custody", 12)]


def test_nobody_hands_over_to_themselves():
    log = usual_log()
    log.hand_over(item="image", giver=SARA, taker=SARA, place="Laboratory", at=minute(400))
    assert codes(log) == [("gap-in-custody", 12)]


def test_an_item_that_was_returned_does_not_come_back_by_itself():
    log = usual_log()
    append(log, action="returned")
    append(log, action="examined")
    assert codes(log) == [("gap-in-custody", 12)]
    log = usual_log()
    append(log, action="returned")
    append(log, action="received")
    assert codes(log) == []


def test_a_handover_that_is_still_open_is_a_warning():
    log = usual_log()
    append(log, action="transferred-out", counterpart=MINH)
    findings = custody.verify(log, roots=ROOTS)
    assert [(f.code, f.entry, f.severity) for f in findings] == [("handover-open", 11, "warning")]


def test_another_digest_of_the_same_item_is_found_where_it_appears():
    assert codes(written_so(10, digests={"sha256": "cd" * 32})) == [("digest-changed", 10)]
    assert codes(written_so(10, digests={"md5": "cd" * 16})) == []


# outside anchors


def test_a_cut_end_shows_only_against_a_head_held_outside():
    cut = relined(LOG, [entry.line for entry in LOG.entries[:7]])
    assert codes(cut) == []
    findings = custody.verify(cut, roots=ROOTS, anchors=[Anchor.of(LOG, source="the desk of XB")])
    assert [(f.code, f.entry, f.until) for f in findings] == [("truncated-against-head", 8, 10)]
    assert "the desk of XB" in findings[0].message
    assert findings[0].where == "entries 8 to 10"


def test_an_emptied_log_is_cut_too():
    assert codes(CustodyLog(case="XA-2026-0417"), anchors=[Anchor.of(LOG)]) == [("truncated-against-head", 1)]


def test_a_log_signed_anew_shows_only_against_a_head_held_outside():
    anew = written_so(4, place="Cellar")
    assert codes(anew) == []
    anchors = [Anchor.of(LOG, index=n) for n in (2, 6, 10)]
    findings = custody.verify(anew, roots=ROOTS, anchors=anchors)
    assert [(f.code, f.entry, f.until) for f in findings] == [("fork", 3, 6)]


def test_two_copies_show_where_they_part():
    anew = written_so(4, place="Cellar")
    assert [(f.code, f.entry) for f in custody.compare(LOG, anew)] == [("fork", 4)]
    assert custody.compare(LOG, usual_log()) == []
    cut = relined(LOG, [entry.line for entry in LOG.entries[:7]])
    assert [(f.code, f.entry, f.severity) for f in custody.compare(LOG, cut)] == [
        ("shorter-copy", 8, "warning")
    ]
    assert [f.where for f in custody.compare(LOG, CustodyLog(case="other"))] == ["header"]


def test_a_timestamp_on_the_head_catches_an_entry_that_was_added_late():
    tsa = LocalTimestampAuthority.create(seed="custody tests")
    head = LOG.head
    token = tsa.stamp(head.to_bytes(), at=minute(310))
    stamped = Anchor(
        head.index, head.hash, tsa.name, verify_token(token, data=head.to_bytes(), roots=[tsa.root]).gen_time
    )
    late = usual_log()
    append(late, at=minute(305))
    assert codes(late) == []
    findings = custody.verify(late, roots=ROOTS, anchors=[stamped])
    assert [(f.code, f.entry) for f in findings] == [("back-dated", 11)]
    honest = usual_log()
    append(honest, at=minute(320))
    assert codes(honest, anchors=[stamped]) == []


def test_a_time_after_the_timestamp_that_covers_the_entry_is_impossible():
    assert codes(LOG, anchors=[Anchor.of(LOG, at=minute(250))]) == [("later-than-timestamp", 10)]
    anchors = [Anchor.of(LOG, index=9, at=minute(229)), Anchor.of(LOG, at=minute(301))]
    assert codes(LOG, anchors=anchors) == [("later-than-timestamp", 9)]


def test_a_timestamp_rounded_to_the_second_accuses_nobody():
    log = usual_log()
    append(log, at=minute(400) + timedelta(milliseconds=700))
    assert codes(log, anchors=[Anchor.of(log, at=minute(400))]) == []


# damaged files


def test_a_torn_last_line_is_set_aside_and_reported():
    data = LOG.to_bytes()
    torn = CustodyLog.from_bytes(data[:-50])
    assert len(torn) == 9
    findings = custody.verify(torn, roots=ROOTS)
    assert [(f.code, f.entry, f.severity) for f in findings] == [("torn-line", 10, "warning")]
    assert ("truncated-against-head", 10) in codes(torn, anchors=[Anchor.of(LOG)])
    assert codes(CustodyLog.from_bytes(data[:-1])) == []


def test_every_cut_of_the_file_loads_and_is_noticed_against_the_head():
    data = LOG.to_bytes()
    start = data.index(b"\n") + 1
    for end in range(start, len(data) - 1, 97):
        log = CustodyLog.from_bytes(data[:end])
        assert ("truncated-against-head", len(log) + 1) in codes(log, anchors=[Anchor.of(LOG)])


@given(st.data())
def test_a_flipped_bit_anywhere_in_the_file_is_found_at_its_entry(data):
    raw = bytearray(LOG.to_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        log = CustodyLog.from_bytes(bytes(raw))
    except ArtefactUnreadable:
        assert place <= len(LOG.header)
        return
    found = custody.verify(log, roots=ROOTS, anchors=[Anchor.of(LOG)])
    hit = bytes(LOG.to_bytes()[:place]).count(b"\n")
    assert found
    assert found[0].entry <= max(hit, 1)
    assert found[0].until >= min(hit, len(log))


def test_lines_that_are_no_entries_are_reported_one_by_one():
    lines = [entry.line for entry in LOG.entries]
    lines[1] = b"not json"
    lines[3] = lines[3].replace(b'{"entry":{', b'{"entry":{ ')
    lines[5] = b""
    found = codes(relined(LOG, lines))
    assert [entry for code, entry in found if code == "unreadable-line"] == [2, 4, 6]


@pytest.mark.parametrize(
    "line",
    [
        b'{"entry":{},"signature":"' + b"00" * 64 + b'"}',
        b'{"entry":' + b"[" * 5000 + b',"signature":"' + b"00" * 64 + b'"}',
        b'{"entry":{"time":NaN},"signature":"' + b"00" * 64 + b'"}',
        b'{"entry":{"time":"2026-05-04T09:00:00"},"signature":"' + b"zz" * 64 + b'"}',
        b"\xff\xfe",
    ],
)
def test_a_hostile_line_is_unreadable_and_nothing_worse(line):
    assert codes(relined(LOG, [line])) == [("unreadable-line", 1)]


def test_a_signature_has_one_spelling():
    entry = LOG.entries[9]
    for other in (entry.line[-130:-2].upper(), entry.line[-130:-4] + b"  "):
        lines = [each.line for each in LOG.entries]
        lines[9] = entry.line[:-130] + other + entry.line[-2:]
        assert codes(relined(LOG, lines)) == [("unreadable-line", 10)]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "a b", '"', "\\", "\x7f"]
)


@given(
    st.fixed_dictionaries(dict.fromkeys(("item", "note", "place", "source"), texts)),
    st.dictionaries(texts, texts, max_size=2) | st.just({"sha256": DIGEST}),
    st.booleans(),
    st.integers(-3, 10**17),
)
def test_the_fast_way_to_read_an_entry_gives_what_the_long_way_gives(members, digests, late, index):
    value = {**value_of(LOG.entries[3]), **members, "digests": digests, "entered_late": late, "index": index}
    body = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    fast = custody_entry._plain_value(body)
    if fast is not None:
        assert {**fast, "type": custody_entry.ENTRY_TYPE} == custody_entry._any_value(body) == value
    if "\\" not in body.decode() and 0 <= index < 10**15 and len(digests) == 0:
        assert fast is not None


@pytest.mark.parametrize(
    "change",
    [
        (b'"index":4', b'"index":04'),
        (b'"index":4', b'"index":4.0'),
        (b'"index":4', b'"index": 4'),
        (b'"index":4', '"index":\u0664'.encode()),
        (b'"note":""', b'"note":"\t"'),
        (b'"note":""', b'"note":"\xff"'),
        (b'"note":""', b'"note":"\\u0041"'),
        (b'"digests":{}', b'"digests":{"a":1}'),
        (b'"digests":{}', b'"digests":{"a":"b","a":"c"}'),
        (b'"digests":{}', b'"digests":{"a"}'),
        (b'"digests":{}', b'"digests":{ }'),
        (b'"entered_late":false', b'"entered_late":0'),
        (b'"type"', b'"typo"'),
    ],
)
def test_neither_way_takes_what_is_not_canonical(change):
    body = LOG.entries[3].signed_bytes.replace(*change)
    assert body != LOG.entries[3].signed_bytes
    with pytest.raises(ValueError):
        custody_entry._plain_value(body) or custody_entry._any_value(body)


def test_a_member_written_twice_is_no_entry():
    entry = LOG.entries[9]
    body = entry.signed_bytes.replace(b'"index":10', b'"index":11,"index":10')
    line = entry.line.replace(entry.signed_bytes, body)
    lines = [each.line for each in LOG.entries]
    assert codes(relined(LOG, [*lines[:9], line])) == [("unreadable-line", 10)]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"PK\x03\x04", b'{"type":"hanoikit.custody-log/1"}\n', b"[1]"]
)
def test_a_file_that_is_no_log_is_refused_by_name(data, tmp_path):
    path = tmp_path / "custody.jsonl"
    path.write_bytes(data)
    with pytest.raises(ArtefactUnreadable, match=r"custody\.jsonl"):
        CustodyLog.load(path)
    with pytest.raises(ArtefactUnreadable, match="cannot be opened"):
        CustodyLog.load(tmp_path / "none.jsonl")


def test_check_raises_once_with_all_findings_and_the_first_link():
    with pytest.raises(ChainBroken) as broken:
        custody.check(edited(3, note="nothing"), roots=ROOTS)
    assert [finding.code for finding in broken.value.findings] == ["bad-signature", "hash-mismatch"]
    assert "entry 3" in str(broken.value)


def test_a_signature_by_the_key_of_another_is_found():
    impostor = Identity(ANH.certificate, MINH.key)
    log = usual_log()
    append(log, action="collected", item="phone", actor=impostor)
    assert codes(log) == [("bad-signature", 11)]


# canonical JSON


def test_canonical_json_follows_rfc_8785_for_our_data():
    assert canonical({"b": [1, True, None], "a": '€\n\u001f\u007f"\\/'}) == (
        '{"a":"€\\n\\u001f\u007f\\"\\\\/","b":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {1: "a"}, {"ä": 1}, b"bytes", {"a": {2.0}}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(UsageError):
        canonical(value)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=126), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_reads_back_and_is_stable(value):
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text
    assert is_canonical(text, json.loads(text))
