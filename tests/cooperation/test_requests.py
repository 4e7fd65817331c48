"""Requests as data: round trips, every gap explained, hostile input found and not crashed on."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cooperation.conftest import made, wanted

from hanoikit.convention import provision
from hanoikit.cooperation import (
    REQUESTS,
    Measure,
    form_fields,
    from_form,
    from_json,
    kinds,
    law,
    measures,
    read,
    schema_findings,
    tables,
    to_bytes,
    to_form,
    to_json,
    validate,
)
from hanoikit.cooperation.schema import derived, schema
from hanoikit.errors import RequestUnreadable

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
NAMES = [one.name for kind in kinds().values() for one in (*tables.header(), *kind.elements)]


def test_every_kind_survives_the_way_to_json_and_bytes_and_back(every_kind):
    for request in every_kind:
        assert from_json(to_json(request)) == request
        assert read(to_bytes(request)) == request
        assert from_form(to_form(request), kind=request.kind) == request
        assert schema_findings(to_json(request)) == []
    assert {one.kind for one in every_kind} == set(REQUESTS)


def test_a_complete_request_of_every_kind_has_no_gap(every_kind):
    for request in every_kind:
        assert [str(one) for one in validate(request) if one.severity == "error"] == []


def test_every_element_that_must_be_there_is_missed_with_its_provision_and_a_hint(every_kind):
    for request in every_kind:
        found = validate(type(request)())
        for element in (*tables.header(), *tables.kind(request.kind).elements):
            if element.need == "must":
                remark = next(one for one in found if one.element == element.name)
                assert remark.severity == "error" and element.provision in remark.provisions
                assert element.write in str(remark)
        order = [one.name for one in (*tables.header(), *tables.kind(request.kind).elements)]
        places = [order.index(one.element.split(".")[0].split("[")[0]) for one in found]
        assert places == sorted(places)


def test_every_provision_in_the_tables_exists():
    parts = ("header", "data", "measure", "person", "offence", "period", "reasoned")
    refs = {one.provision for kind in kinds().values() for one in kind.elements}
    refs |= {one.provision for part in parts for one in tables.part(part)}
    refs |= {ref for one in measures().values() for ref in one.provisions}
    refs |= {ref for one in tables.assurances().values() for ref in one.provisions}
    refs |= {kind.provision for kind in kinds().values()}
    for ref in refs:
        provision(ref)


def test_the_schema_in_the_assets_is_the_one_that_the_table_says():
    assert schema() == derived()


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"requested": "XA"}, "own-state", "requested"),
        ({"requested": "XZ"}, "unknown-state", "requested"),
        ({"language": "en"}, "language", "language"),
        ({"requesting": "XF"}, "not-bound", "instrument"),
        ({"date": date(2026, 3, 1)}, "not-bound", "instrument"),
        ({"instrument": "gold"}, "no-instrument", "instrument"),
        ({"channel": "diplomatic"}, "channel", "channel"),
        ({"channel": "interpol"}, "channel", "channel"),
        ({"central_authority_to": "Police of Corvessa"}, "wrong-authority", "central_authority_to"),
        ({"articles": ("25",)}, "no-offence-article", "articles[1]"),
        ({"use": "Any purpose that we like"}, "any-use", "use"),
        ({"facts": "<script>alert(1)</script> in the mail of 28 March"}, "markup", "facts"),
    ],
)
def test_a_fault_in_a_request_is_found_at_its_place(change, code, element):
    found = [(one.code, one.element) for one in validate(replace(made(), **change))]
    assert (code, element) in found


def test_faults_inside_a_measure_are_found_at_their_line():
    plain = to_json(made())
    line = plain["measures"][0]["data"][1]
    line |= {"identifier": "all accounts", "since": line["until"], "until": "2026-06-01T00:00:00+00:00"}
    plain["measures"].append({**plain["measures"][0], "what": "interception", "need": "", "data": []})
    found = {(one.code, one.element) for one in validate(from_json(plain))}
    assert ("not-specified", "measures[1].data[2].identifier") in found
    assert ("future-data", "measures[1].data[2].until") in found
    assert ("same-number", "measures[2].id") in found
    assert ("missing-data", "measures[2].data") in found
    assert ("missing-need", "measures[2].need") in found


def test_serious_crime_opens_electronic_evidence_only_and_needs_four_years():
    plain = {**to_json(made()), "scope": "serious-crime-evidence", "articles": []}
    plain["offence"]["maximum_years"] = 3
    plain["measures"][0]["what"] = "freeze"
    codes = {one.code for one in validate(from_json(plain))}
    assert {"not-serious", "not-reached"} <= codes


def test_only_service_of_a_document_needs_no_facts():
    request = made(facts="", measures=(Measure(id="m1", what="service", holder="A. Dulmi"),))
    assert "missing-facts" not in {one.code for one in validate(request)}


def test_joint_terms_leave_the_host_its_sovereignty(every_kind):
    terms = next(one for one in every_kind if one.kind == "joint-investigation")
    plain = {**to_json(terms), "powers": "act-alone", "leader": "Aldermark: Cyber Unit"}
    found = {(one.code, one.element) for one in validate(from_json(plain))}
    assert {("sovereignty", "powers"), ("no-leader", "leader")} <= found


@given(st.dictionaries(st.sampled_from([*NAMES, "kind", "type", "x"]), JUNK, max_size=6))
def test_whatever_is_sent_it_is_read_or_refused_with_findings(value):
    try:
        request = from_json(value)
    except RequestUnreadable as error:
        assert error.findings
    else:
        validate(request)
        assert from_json(to_json(request)) == request
        assert schema_findings(to_json(request)) == []


@given(
    st.dictionaries(
        st.text(max_size=10) | st.sampled_from([one["id"] for one in form_fields()]), JUNK, max_size=6
    )
)
def test_whatever_a_form_holds_it_is_read_or_refused_with_findings(value):
    try:
        validate(from_form(value))
    except RequestUnreadable as error:
        assert error.findings


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"[" * 5000,
        b'{"facts": "a", "facts": "b"}',
        b'{"facts": NaN}',
        json.dumps({"facts": "x" * 70_000}).encode(),
        b'{"facts": "\\ud800"}',
        b'{"measures": [{"data": [{"since": "yesterday"}]}]}',
        b'{"measures": {"a": 1}, "persons": 7, "offence": []}',
        b"null",
    ],
)
def test_a_file_that_is_no_request_is_refused_with_findings(text):
    with pytest.raises(RequestUnreadable) as caught:
        read(text)
    assert caught.value.findings


def test_a_form_has_a_field_for_every_element_and_leaves_out_what_is_given():
    fields = form_fields(
        measures=1, data=1, persons=1, leave_out=("requesting", "measures.1.procedure", "persons")
    )
    ids = [one["id"] for one in fields]
    assert len(set(ids)) == len(ids)
    assert "measures.1.data.1.identifier" in ids and "confidentiality.asked" in ids
    assert not {"requesting", "measures.1.procedure", "persons.1.name", "measures.1.id"} & set(ids)
    assert all(one["label"] and one["kind"] for one in fields)


def test_a_moment_of_a_control_and_empty_lines_are_read():
    request = from_form(
        {
            "measures.2.what": "stored-data",
            "measures.2.data.1.since": {"date": "2026-03-28", "at": "2026-03-28T08:00:00+02:00"},
            "measures.1.what": None,
            "confidentiality.asked": "yes",
            "offence.maximum_years": 6,
            "articles": "10\n 13",
        }
    )
    assert [one.id for one in request.measures] == ["m2"]
    assert request.measures[0].data[0].since.hour == 8
    assert (
        request.confidentiality.asked
        and request.articles == ("10", "13")
        and request.offence.maximum_years == 6
    )


def test_every_state_says_what_it_accepts_and_a_request_in_that_form_has_no_gap():
    for code in ("XB", "XC", "XD", "XE"):
        assert [str(one) for one in validate(made(requested=code)) if one.severity == "error"] == []
        assert law(code).central_authority.name
    assert [str(one) for one in validate(wanted("XC")) if one.severity == "error"] == []


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("10", ("10",)),
        ("Article 10 of the Convention", ("10",)),
        ("Arts. 10, 13 and 16(1)", ("10", "13", "16(1)")),
        ("Penal code 204", ("Penal code 204",)),
    ],
)
def test_an_article_is_understood_as_officers_write_it(typed, named):
    assert from_form({"articles": typed}, set_aside=[]).articles == named
