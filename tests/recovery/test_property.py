"""Limits of confiscation, requests and ways to it, and the return to victims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention import provision
from hanoikit.errors import RequestIncomplete, UsageError
from hanoikit.recovery import (
    Claim,
    Known,
    Proceedings,
    Property,
    Remainder,
    Standing,
    check_request,
    check_spontaneous,
    cover,
    distribute,
    elements,
    insist_on,
    law,
    measures,
    needed,
    proportion,
    reach,
    spontaneous_elements,
    ways,
)

amounts = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("thing", "parts"),
    [
        (Property("boat", 100, worth=130), {"31(4)": 130}),
        (Property("boat", 100, worth=130, income=7), {"31(4)": 130, "31(6)": 7}),
        (Property("flat", 60, worth=100, paid_from_lawful=40), {"31(5)": 60}),
        (Property("flat", 60, worth=200, paid_from_lawful=40, income=10), {"31(5)": 60, "31(6)": 66}),
        (Property("flat", 60, worth=50, paid_from_lawful=40), {"31(5)": 30}),
        (Property("own", 0, worth=50, paid_from_lawful=40), {}),
    ],
)
def test_confiscation_reaches_converted_property_whole_and_mixed_property_up_to_its_share(thing, parts):
    assert {part.provision: part.amount for part in reach(thing).parts} == parts


@given(amounts, amounts, amounts, amounts)
def test_lawful_property_is_never_touched(dirty, clean, worth, income):
    thing = Property("x", dirty, worth=worth, paid_from_lawful=clean, income=income)
    found = reach(thing)
    assert 0 <= found.limit <= worth + income
    if dirty + clean:
        assert found.left * (dirty + clean) >= (worth + income) * clean


def test_equivalent_value_covers_only_what_the_property_does_not():
    reached = [reach(Property("boat", 100, worth=130))]
    assert cover(500, reached, other_property=300) == type(cover(1, (), other_property=0))(500, 130, 300, 70)
    with pytest.raises(UsageError):
        Property("x", -1, worth=0)


COMPLETE = {one.id: "stated" for one in elements()} | {
    "to": "XC",
    "articles": ["13", "17"],
    "amount": "24752027",
    "unit": "satoshi",
    "order_final": "yes",
    "order": "",
    "no_conviction_ground": "fled",
}


def request(measure, **changes):
    order = "" if measure == "freeze-on-request" else "District Court, 19 May 2026"
    return {**COMPLETE, "measure": measure, "order": order, "to": "XB", **changes}


@pytest.mark.parametrize("measure", [one.id for one in measures()])
def test_a_complete_request_has_no_finding_and_each_gap_is_found_alone(measure):
    assert check_request(request(measure)) == ()
    insist_on(request(measure))
    for one in needed(measure):
        findings = check_request(request(measure, **{one.id: "  "}))
        assert [(finding.code, finding.where) for finding in findings] == [(f"{one.id}-missing", one.id)]
        assert one.label in findings[0].message and findings[0].provisions == (one.provision,)


@pytest.mark.parametrize(
    ("measure", "changes", "known", "code"),
    [
        ("enforce", {"order_final": "no"}, None, "order-open"),
        ("enforce", {"to": "XC"}, None, "orders-not-enforced"),
        ("own-proceedings", {"to": "XD"}, None, "no-own-proceedings"),
        ("without-conviction", {"no_conviction_ground": "absent"}, None, "ground-not-known"),
        ("freeze-on-request", {"channel": "network"}, None, "channel-network"),
        ("freeze-on-request", {"order": "there is one"}, None, "order-unused"),
        ("freeze-on-request", {"articles": ["28"]}, None, "no-offence"),
        ("freeze-on-request", {"amount": "much"}, None, "amount-unreadable"),
        ("freeze-on-request", {"amount": "0"}, None, "amount-zero"),
        ("freeze-on-request", {"to": ""}, None, "state-missing"),
        ("freeze-on-request", {}, Known(traced=24_752_026), "above-traced"),
        ("freeze-on-request", {}, Known(limit=1), "above-limit"),
        ("freeze-on-request", {}, Known(unit="XTS-cent"), "unit-other"),
        ("freeze-on-request", {}, Known(standing=Standing.GOOD_FAITH), "good-faith"),
        ("freeze-on-request", {}, Known(worth_cents=99_999), "small-value"),
        ("something", {}, None, "measure-missing"),
    ],
)
def test_what_a_request_gets_wrong_is_named_with_its_provision(measure, changes, known, code):
    findings = check_request(request(measure, **changes), known=known)
    assert [finding.code for finding in findings] == [code]
    assert all(provision(ref) for ref in findings[0].provisions)


def test_an_incomplete_request_is_refused_with_every_gap_and_information_needs_less():
    with pytest.raises(RequestIncomplete) as caught:
        insist_on({"measure": "enforce", "to": "XB"})
    assert [finding.where for finding in caught.value.findings] == [one.id for one in needed("enforce")]
    told = {one.id: "stated" for one in spontaneous_elements()}
    assert check_spontaneous(told) == ()
    assert [one.code for one in check_spontaneous({**told, "wanted": "freeze"})] == ["asks-for-something"]
    assert len(check_spontaneous({})) == len(spontaneous_elements()) < len(needed("freeze-on-request"))


def test_every_provision_of_the_tables_exists():
    for one in (*elements(), *spontaneous_elements(), *measures()):
        assert provision(one.provision)


@pytest.mark.parametrize(
    ("case", "state", "opened"),
    [
        (Proceedings(conviction="final"), "XA", {"enforce", "own-proceedings"}),
        (Proceedings(conviction="open"), "XA", set()),
        (Proceedings(conviction="none", suspect="fled"), "XA", {"without-conviction"}),
        (Proceedings(conviction="none", suspect="fled"), "XC", set()),
        (Proceedings(conviction="final"), "XC", {"own-proceedings"}),
        (Proceedings(laundered_there=True, suspect="absent"), "XB", {"own-proceedings"}),
        (Proceedings(suspect="absent"), "XD", {"without-conviction"}),
    ],
)
def test_the_ways_to_confiscation_follow_the_case_and_the_other_law(case, state, opened):
    found = ways(case, law(state))
    assert {way.measure for way in found if way.is_open} == opened
    assert all(way.reason and provision(way.provision) for way in found)


claims = st.lists(
    st.builds(
        lambda loss, own, proven: (loss, min(loss, own), proven),
        amounts,
        st.integers(0, 1_000),
        st.booleans(),
    ),
    max_size=6,
)


@given(amounts, claims, amounts, st.booleans(), st.sampled_from(Remainder))
def test_what_was_recovered_is_paid_out_exactly_and_nobody_gets_more_than_the_loss(
    extra, drawn, expenses, last, rest
):
    made = [Claim(f"v{n}", loss, own, proven) for n, (loss, own, proven) in enumerate(drawn)]
    recovered = extra + sum(claim.own for claim in made if claim.proven)
    found = distribute(recovered, made, expenses=expenses, expenses_last=last, remainder=rest)
    assert sum(payment.amount for payment in found.payments) == recovered
    for claim in made:
        paid = found.to(claim.who)
        assert paid + found.open.get(claim.who, 0) == (claim.loss if claim.proven else 0)
        assert not claim.proven or paid >= claim.own
    if last and found.to("requested-state") and rest is not Remainder.KEPT:
        assert not any(found.open.values())
    assert (
        distribute(recovered, made[::-1], expenses=expenses, expenses_last=last, remainder=rest).payments
        == found.payments
    )


def test_victims_share_in_proportion_and_claims_that_make_no_sense_are_refused_together():
    assert proportion(10, {"b": 1, "a": 1, "c": 1}) == {"b": 3, "a": 4, "c": 3}
    found = distribute(1_000, [Claim("a", 900, own=100), Claim("b", 600)], expenses=200)
    assert (found.to("requested-state"), found.to("a"), found.to("b")) == (200, 500, 300)
    with pytest.raises(UsageError) as caught:
        distribute(5, [Claim("a", 1, own=9), Claim("a", -1)])
    assert [finding.code for finding in caught.value.findings] == [
        "amount-negative",
        "claim-twice",
        "own-above-loss",
        "own-above-loss",
        "own-above-recovered",
    ]
