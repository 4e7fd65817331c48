"""What a stranger may send: nothing of it is taken for a message, and nothing of it hurts."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import MessageUnreadable
from hanoikit.network import Envelope, Message, seal, validate
from hanoikit.network.strict import load


def text_of(message, **changes):
    return json.dumps({**message.to_json(), **changes})


def codes(data, read=Message.read):
    with pytest.raises(MessageUnreadable) as refused:
        read(data)
    assert refused.value.explain()
    return [one.code for one in refused.value.findings]


def test_deep_json_is_refused_at_once():
    for depth in (20, 1_000, 20_000, 30_000):
        assert codes(b"[" * depth + b"]" * depth) == ["too-deep"]
        assert codes(b'{"a":' * depth + b"1" + b"}" * depth)[0] in ("too-deep", "too-large")


def test_ten_megabytes_are_refused_before_they_are_read():
    body = b'{"type":"' + b"x" * 10_000_000 + b'"}'
    assert codes(body) == ["too-large"]
    assert codes(body.decode()) == ["too-large"]
    assert codes(body, Envelope.read) == ["too-large"]


def test_a_text_of_few_letters_and_many_bytes_is_measured_in_bytes():
    assert codes('"' + "€" * 30_000 + '"') == ["too-large"]


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1.0", "1e3", "9007199254740992", "1" * 5000]
)
def test_numbers_that_two_programs_read_differently_are_refused(number):
    assert codes(f'{{"a":{number}}}') == ["no-number"]


def test_a_member_written_twice_is_refused(make):
    text = make("acknowledgement").to_bytes().decode()
    assert codes(text.replace('"to":"XC"', '"to":"XB","to":"XC"')) == ["written-twice"]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"{", b"null", b"[]", b'"x"', b"1", "\ufeff{}", b"{'a':1}"]
)
def test_what_is_no_object_of_json_is_refused(data):
    assert codes(data)


def test_half_of_a_character_is_refused(make):
    assert codes(text_of(make("acknowledgement")).replace("We work on it", "\\ud800")) == ["half-character"]


@pytest.mark.parametrize(
    "name",
    [
        "XA\n",
        "XA ",
        "ХА",
        "XＡ",
        "X\u0410",
        "XA\u200b",
        "\u202eXA",
        "xa",
        "XA-",
        "XA-central\u0000",
        "X" * 40,
        "",
        "../XA",
    ],
)
def test_a_desk_is_named_in_plain_letters_only(name, make):
    assert codes(text_of(make("acknowledgement"), **{"from": name}))


@pytest.mark.parametrize("name", ["A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "ａ" * 64, "../" + "a" * 61])
def test_an_id_is_sixty_four_digits_and_nothing_else(name, make):
    assert codes(text_of(make("acknowledgement"), regarding=name))


@pytest.mark.parametrize("value", [None, 1, True, [], {}, ["XA"], {"a": 1}])
@pytest.mark.parametrize(
    "member", ["from", "to", "sent", "kind", "type", "urgency", "language", "body", "reference"]
)
def test_wrong_types_are_found_wherever_they_stand(member, value, make):
    if member == "body" and value == {}:
        return
    assert codes(text_of(make("acknowledgement"), **{member: value}))


def test_everything_wrong_with_the_form_is_said_at_once(make):
    value = make("preservation-request").to_json()
    value["from"] = "nobody"
    value["body"]["facts"] = 7
    value["body"]["surprise"] = "x"
    value["body"]["data"][0]["category"] = "secrets"
    del value["body"]["link"]
    with pytest.raises(MessageUnreadable) as refused:
        Message.from_json(value)
    assert {one.where for one in refused.value.findings} == {
        "from",
        "body.facts",
        "body.surprise",
        "body.data[1].category",
        "body.link",
    }


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x7f", "\x85", "\u2028", "\r"])
def test_control_characters_have_no_place_in_a_text(letter, make):
    value = make("technical-advice").to_json()
    value["body"]["question"] = f"How{letter}long?"
    assert codes(json.dumps(value)) == ["bad-form"]


def test_script_text_stays_text(make):
    attack = "<script>alert(1)</script>\n{{7*7}} '; DROP TABLE desks; -- ${jndi:ldap://x} \u202e"
    message = make("technical-advice")
    message = message.but(body=replace(message.body, question=attack))
    again = Message.read(message.to_bytes())
    assert again.body.question == attack
    assert validate(again) == []


@pytest.mark.parametrize("time", ["2026-02-30T00:00:00+00:00", "2026-05-04T24:00:00+00:00", "2026-05-04T09:30:00Z",
                                  "2026-05-04T09:30:00", "2026-05-04 09:30:00+00:00", "2026-05-04T09:30:00.5+00:00",
                                  "2026-05-04T09:30:00-00:00", "9999-12-31T23:59:59+00:00", "2026-05-04T09:30:60+00:00",
                                  "２026-05-04T09:30:00+00:00", "2026-05-04T09:30:00+00:00\n"])  # fmt: skip
def test_a_time_has_one_spelling(time, make):
    assert codes(text_of(make("acknowledgement"), sent=time)) in (["bad-form"], ["too-long"])


def test_a_list_without_end_is_refused(make):
    value = make("more-information").to_json()
    value["body"]["questions"] = ["x"] * 51
    assert codes(json.dumps(value)) == ["wrong-type"]
    value["body"]["questions"] = ["x" * 301]
    assert codes(json.dumps(value)) == ["too-long"]


@pytest.mark.parametrize("change", [{"signature": "A" * 128}, {"signature": "0" * 127}, {"signer": "g" * 64},
                                    {"signer": None}, {"extra": 1}, {"type": "hanoikit.envelope/2"}])  # fmt: skip
def test_an_envelope_has_one_form(change, make, identities):
    value = {**seal(make("acknowledgement"), identities["XA"]).to_json(), **change}
    assert codes(json.dumps(value), Envelope.read) == ["no-envelope"]


@given(st.binary(max_size=300))
def test_no_bytes_whatever_bring_the_reader_down(data):
    with pytest.raises(MessageUnreadable):
        Message.read(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=10,
    )
)
def test_no_value_whatever_brings_the_reader_down(value):
    with pytest.raises(MessageUnreadable):
        Message.from_json(value)
    with pytest.raises(MessageUnreadable):
        Envelope.from_json(value)


def test_strict_json_takes_what_is_plain():
    assert load(b'{"a":[1,-2,true,null,"\xc3\xa9"]}') == {"a": [1, -2, True, None, "é"]}
