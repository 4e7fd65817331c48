"""The answer to a request: grounds that exist, help before refusal, conduct and not labels, always the same answer."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cooperation.conftest import (
    ACCOUNT,
    COPYING,
    CRITICISM,
    HOSPITAL,
    LINES,
    NEEDED,
    SINCE,
    UNTIL,
    known,
    made,
    wanted,
)

from hanoikit.convention import provision, refusal_grounds
from hanoikit.convention.power import law as power_law
from hanoikit.convention.power import offence as case_offence
from hanoikit.cooperation import (
    RULES,
    Circumstances,
    Measure,
    Needed,
    OwnCase,
    Persecution,
    Reasoned,
    Touch,
    from_json,
    kind,
    law,
    laws,
    measures,
    respond,
    tables,
    to_json,
)
from hanoikit.cooperation.answer import HELPS
from hanoikit.cooperation.extradition import EXTRADITION_RULES, after_refusal
from hanoikit.cooperation.rules import rule_title
from hanoikit.cooperation.state_rules import law_of
from hanoikit.errors import DataInvalid, UsageError

CODES = tuple(laws())
GROUNDS = {one.ref for one in refusal_grounds() if one.effect in ("may refuse", "no duty", "may postpone")}
MUSTS = [
    "date",
    "language",
    "channel",
    "central_authority_from",
    "authority",
    "scope",
    "facts",
    "purpose",
    "offence",
]
BLANK = to_json(from_json({"kind": "assistance"}))

circumstances = st.builds(
    Circumstances,
    conduct=st.sampled_from([None, HOSPITAL, COPYING, CRITICISM, {"accessed-system": "yes"}]),
    persecution=st.sampled_from(
        [
            Persecution(),
            Persecution(strength="signs", reason="religion"),
            Persecution(strength="substantial", reason="political opinions"),
        ]
    ),
    touches=st.sampled_from(
        [(), (Touch(interest="state-secrets", measures=("m1",)),), (Touch(interest="flag"),)]
    ),
    own_case=st.sampled_from([(), (OwnCase(measures=("m2",)),), (OwnCase(cure="not-before-arrests"),)]),
    needed=st.sampled_from([None, NEEDED, ()]),
    gone=st.sampled_from([(), ("m1",)]),
    privileged=st.sampled_from([{}, {"m1": "journalist"}]),
    trivial=st.booleans(),
    tried_already=st.booleans(),
    death_penalty=st.booleans(),
    no_data_promise=st.booleans(),
    tax=st.booleans(),
    bank_secrecy=st.booleans(),
    political=st.booleans(),
    asked_before=st.just(False),
    own_national=st.sampled_from([None, True, False]),
)
whats = st.lists(st.sampled_from(list(measures())), min_size=1, max_size=3)
lines = st.lists(st.sampled_from(list(LINES)), min_size=1, max_size=3, unique=True)
assurances = st.lists(st.sampled_from(list(tables.assurances())), max_size=4, unique=True).map(tuple)
pairs = st.permutations(CODES).map(lambda codes: codes[:2])


def request_of(pair, names, categories, promised=()):
    built = tuple(
        Measure(
            id=f"m{number}",
            what=name,
            holder="Lune Hosting",
            need="It shows who used the mailbox.",
            data=tuple(LINES[one] for one in categories) if measures()[name].needs_data else (),
        )
        for number, name in enumerate(names, 1)
    )
    return made(*pair, measures=built, assurances=promised)


@given(pairs, whats, lines, circumstances, assurances)
def test_every_refusal_names_a_ground_that_exists_with_reasons_and_is_not_final_unconsulted(
    pair, names, categories, facts, promised
):
    answer = respond(request_of(pair, names, categories, promised), law(pair[1]), facts)
    assert answer == respond(request_of(pair, names, categories, promised), law(pair[1]), facts)
    for one in answer.measures:
        if one.decision in ("refuse", "postpone"):
            assert one.grounds and set(one.grounds) <= GROUNDS and one.reasons
            assert not answer.final
        for point in one.points:
            assert point.text and point.provisions
            for ref in point.provisions:
                provision(ref)
    assert not {"40(23)", "40(24)", "37(16)", "42(4)"} & set(answer.grounds)
    answer.to_json()


@given(pairs, whats, lines, circumstances, assurances, st.sampled_from(["assistance", "extradition"]))
def test_nothing_grants_what_persecution_forbids(pair, names, categories, facts, promised, sort):
    facts = replace(facts, persecution=Persecution(strength="substantial", reason="political opinions"))
    asked = (
        request_of(pair, names, categories, promised)
        if sort == "assistance"
        else wanted(pair[1], requesting=pair[0], assurances=promised)
    )
    answer = respond(asked, law(pair[1]), facts)
    assert answer.decision == "refuse"
    assert ("40(22)" if sort == "assistance" else "37(15)") in answer.grounds
    assert not answer.prosecute


@given(
    pairs,
    whats,
    lines,
    circumstances,
    st.sets(st.sampled_from(MUSTS)),
    st.sets(st.sampled_from(MUSTS)),
    st.booleans(),
)
def test_filling_a_gap_never_takes_help_away(pair, names, categories, facts, few, more, no_data):
    whole = to_json(request_of(pair, names, categories))
    less = {**whole, **{name: BLANK[name] for name in few | more}}
    some = {**whole, **{name: BLANK[name] for name in few}}
    if no_data:
        less["measures"] = [{**one, "data": []} for one in whole["measures"]]
    rank = {"refuse": 0, "ask": 0, "postpone": 1, "part": 2, "conditions": 3, "grant": 4}
    answers = [respond(from_json(one), law(pair[1]), facts) for one in (less, some, whole)]
    for poorer, richer in pairwise(answers):
        for one, other in zip(poorer.measures, richer.measures, strict=True):
            assert rank[one.decision] <= rank[other.decision]


@given(pairs, whats, lines, circumstances, assurances, st.sampled_from(list(tables.assurances())))
def test_a_promise_more_never_makes_the_answer_worse(pair, names, categories, facts, promised, one_more):
    rank = {"refuse": 0, "ask": 1, "postpone": 2, "part": 3, "conditions": 4, "grant": 5}
    before = respond(request_of(pair, names, categories, promised), law(pair[1]), facts)
    after = respond(request_of(pair, names, categories, (*promised, one_more)), law(pair[1]), facts)
    assert rank[before.decision] <= rank[after.decision]
    assert set(after.conditions) <= set(before.conditions) | set(
        after.conditions if before.decision == "ask" else ()
    )


@pytest.mark.parametrize("code", CODES)
def test_every_condition_of_an_answer_can_be_promised_and_is_met_by_the_promise(code):
    asker = "XB" if code == "XA" else "XA"
    facts = known(death_penalty=True, large_costs=True, privileged={"m1": "lawyer"})
    answer = respond(made(asker, code), law(code), facts)
    assert answer.decision == "conditions"
    better = respond(made(asker, code, assurances=answer.conditions), law(code), facts)
    assert (better.decision, better.conditions) == ("grant", ())


def test_the_rules_have_names_of_their_own_and_grounds_of_the_list():
    for rules in (RULES, EXTRADITION_RULES):
        assert len({one.name for one in rules}) == len(rules)
        assert {one.ground for one in rules if one.ground} <= GROUNDS


def test_every_rule_that_an_answer_can_name_has_a_title():
    names = {one.name for one in (*RULES, *EXTRADITION_RULES)} | {
        "tax",
        "bank-secrecy",
        "political",
        "reserved",
    }
    assert all(rule_title(name) for name in names)


def test_another_treaty_has_its_own_reach():
    films = known(conduct=COPYING)
    by_budapest = made("XA", "XC", instrument="budapest", scope="", articles=())
    assert respond(by_budapest, law("XC"), films).decision == "grant"
    assert respond(replace(by_budapest, instrument="convention"), law("XC"), films).decision == "refuse"
    by_uncac = respond(replace(by_budapest, instrument="uncac"), law("XC"), films)
    assert by_uncac.decision == "ask" and "Budapest" in by_uncac.would_change[0]
    bribed = known(conduct=COPYING, corruption=True)
    assert respond(replace(by_budapest, instrument="uncac"), law("XC"), bribed).decision == "grant"


def test_dual_criminality_is_decided_on_conduct_and_not_on_the_label():
    films = known(conduct=COPYING)
    fine_words = made("XC", "XB", articles=("10",))
    refused = respond(fine_words, law("XB"), films)
    assert (refused.decision, refused.grounds) == ("refuse", ("40(8)",))
    # Other names, another section, the same act: the answer is the one for the act.
    strange = made(
        "XA", "XB", offence=replace(made().offence, name="Violation of the sea code", law="s. 999")
    )
    assert respond(strange, law("XB"), known()).decision == "conditions"


def test_a_state_without_that_demand_helps_where_another_declines():
    copying = made("XC", "XD", scope="serious-crime-evidence", articles=())
    assert respond(copying, law("XD"), known(conduct=COPYING)).decision == "grant"
    assert "40(8)" in respond(made("XC", "XE"), law("XE"), known(conduct=COPYING)).grounds


def test_only_the_lines_for_which_the_law_is_stricter_are_cut():
    request = request_of(("XD", "XC"), ["stored-data"], ["subscriber", "content"])
    open_case = known(
        conduct={
            "insult": "no",
            "work-copied": "no",
            "accessed-system": "yes",
            "measure-broken": "yes",
            "system-connected": "yes",
            "on-purpose": "yes",
            "without-right": "yes",
            "aim-get-data": "no",
            "aim-dishonest": "no",
        }
    )
    answer = respond(request, law("XC"), open_case)
    assert answer.decision == "part" and answer.grounds == ("40(8)",)
    assert [one.category for one in answer.measures[0].kept] == ["subscriber"]


def test_what_own_authorities_could_not_do_is_refused_and_the_milder_measure_given():
    fraud = {
        "person-deceived": "yes",
        "through-system": "yes",
        "property-lost": "yes",
        "aim-gain": "yes",
        "on-purpose": "yes",
        "without-right": "yes",
    }
    later = replace(LINES["content"], since=SINCE + timedelta(days=30), until=UNTIL + timedelta(days=40))
    live = Measure(
        id="m2", what="interception", holder="Lune", need="It shows who gives the orders.", data=(later,)
    )
    asked = made("XC", "XA", articles=("13",), measures=(*made().measures, live))
    answer = respond(asked, law("XA"), known(conduct=fraud))
    assert [(one.measure, one.decision, one.grounds) for one in answer.measures] == [
        ("m1", "grant", ()),
        ("m2", "refuse", ("40(21)(c)",)),
    ]
    assert answer.decision == "part" and answer.consult and not answer.final
    assert respond(asked, law("XA"), known(conduct=fraud), consulted=True).final


def test_help_under_a_condition_comes_before_a_refusal_and_before_a_delay():
    secret = known(touches=(Touch(interest="state-secrets"),))
    assert respond(made("XB", "XA"), law("XA"), secret).conditions[0] == "protect-secret"
    assert respond(made("XA", "XB"), law("XB"), secret).grounds == ("40(21)(b)",)
    delay = known(own_case=(OwnCase(until=date(2026, 6, 1)),))
    postponed = respond(made("XA", "XC"), law("XC"), delay)
    assert (postponed.decision, postponed.grounds) == ("postpone", ("40(27)",))
    cured = known(own_case=(OwnCase(cure="not-before-arrests"),))
    assert respond(made("XA", "XC"), law("XC"), cured).decision == "conditions"


def test_what_the_facts_do_not_carry_is_not_given():
    wide = replace(LINES["traffic"], since=SINCE - timedelta(days=200))
    other = replace(LINES["content"], identifier="stranger@fastsettle.example")
    request = made(measures=(replace(made().measures[0], data=(LINES["subscriber"], wide, other)),))
    answer = respond(request, law("XC"), known(needed=NEEDED)).measures[0]
    assert answer.decision == "part" and answer.grounds == ("40(21)(c)",)
    assert [one.category for one in answer.kept] == ["subscriber", "traffic"]
    assert answer.kept[1].since == SINCE - timedelta(days=2)
    live = replace(request, measures=(replace(request.measures[0], what="interception"),))
    assert respond(live, law("XC"), known(needed=NEEDED)).decision == "refuse"


def test_a_gap_is_asked_about_and_refused_only_when_the_question_stays_without_answer():
    draft = made(facts="", purpose="")
    asked = respond(draft, law("XC"), known())
    assert asked.decision == "ask" and asked.final and len(asked.would_change) == 2
    silent = respond(draft, law("XC"), known(asked_before=True))
    assert (silent.decision, silent.grounds) == ("refuse", ("40(21)(a)",))


def test_tax_bank_secrecy_and_politics_are_no_grounds():
    answer = respond(made(), law("XC"), known(tax=True, bank_secrecy=True, political=True))
    assert answer.decision == "grant"
    assert [one.provisions[0] for one in answer.not_grounds] == ["40(23)", "40(24)", "40(22)"]


def test_secrecy_that_cannot_be_kept_is_said_before_anything_is_done():
    request = made(
        "XA", "XD", confidentiality=Reasoned(asked=True, reason="The crew would delete the panel.")
    )
    assert respond(request, law("XD"), known()).decision == "ask"
    assert (
        respond(
            replace(
                request, requested="XC", language="qac", central_authority_to=law("XC").central_authority.name
            ),
            law("XC"),
            known(),
        ).decision
        == "grant"
    )


def test_words_in_public_get_no_help_from_anybody():
    for code in CODES:
        asker = "XA" if code == "XD" else "XD"
        answer = respond(made(asker, code), law(code), known(conduct=CRITICISM))
        assert answer.decision in ("refuse", "ask"), code


# extradition


def test_who_refuses_for_nationality_alone_prosecutes():
    answer = respond(wanted("XB"), law("XB"), known())
    assert (answer.decision, answer.grounds, answer.prosecute) == ("refuse", ("37(11)",), True)
    duties = after_refusal(answer, wanted("XB"), law("XB"))
    assert [one.provisions[0] for one in duties if one.must] == ["37(11)", "22(3)", "37(11)", "37(18)"]
    sentenced = wanted("XB", stage="sentence", sentence="four years, three left")
    assert "37(13)" in {one.provisions[0] for one in after_refusal(answer, sentenced, law("XB"))}
    both = respond(wanted("XB"), law("XB"), known(conduct=COPYING))
    assert not both.prosecute and "37(1)" in both.grounds
    assert after_refusal(both, wanted("XB"), law("XB")) == ()


def test_a_national_who_comes_back_to_serve_the_sentence_can_be_handed_over():
    request = wanted("XE", person=replace(wanted("XE").person, nationality="XE"))
    assert respond(request, law("XE"), known()).conditions == ("return-to-serve",)
    assert respond(replace(request, assurances=("return-to-serve",)), law("XE"), known()).decision == "grant"


@given(pairs, circumstances, assurances)
def test_every_refusal_to_hand_over_has_a_ground_and_reasons(pair, facts, promised):
    request = wanted(pair[1], requesting=pair[0], assurances=promised)
    answer = respond(request, law(pair[1]), facts)
    if answer.decision in ("refuse", "postpone"):
        assert set(answer.grounds) <= GROUNDS and answer.reasons and not answer.final
    assert answer.prosecute == (answer.decision == "refuse" and answer.grounds == ("37(11)",))


# the States' rules as data


def test_the_rules_of_a_state_agree_with_its_penal_code_and_its_powers():
    names = {
        "hospital": "system",
        "images": "image",
        "access": "access",
        "fraud": "fraud",
        "laundering": "laundering",
    }
    for code, rules in laws().items():
        assert (rules.extradition.nationals == "never") == (not rules.penal.jurisdiction.extradites_nationals)
        ids = {one.id for one in rules.penal.offences}
        assert all(bar.offences is None or bar.offences <= ids for bar in rules.bars)
        if code == "XE":
            continue
        powers = power_law(code)
        assert rules.keeps_secret == powers.secret
        for name, what in (("live-content", "interception"), ("live-traffic", "real-time-traffic")):
            allowed = powers.live_content if name == "live-content" else powers.live_traffic
            bar = next((one for one in rules.bars if one.what == what), None)
            if allowed is None:
                assert bar is None
            else:
                of_convention = {names[one] for one in allowed if case_offence(one).ref}
                assert bar is not None and bar.offences == of_convention
            assert rules.ordered_by(what) == powers.authority(name).by
        for what, power in (("search-seizure", "search"), ("freeze", "freeze"), ("records", "records")):
            assert rules.ordered_by(what) == powers.authority(power).by
        assert rules.ordered_by("stored-data", "subscriber") == powers.authority("subscriber").by
        assert rules.ordered_by("stored-data", "content") == powers.authority("produce").by


def test_the_file_of_every_state_fits_the_schema():
    for code, rules in laws().items():
        assert law_of(tables.load(f"states/{code}")) == rules and rules.state == code


def test_a_new_state_is_a_file_and_a_wrong_file_says_what_is_wrong():
    value = {**tables.load("states/XB"), "state": "XG", "name": "Galdora", "dual_criminality": []}
    galdora = law_of(value)
    request = replace(made("XA", "XB"), requested="XG", instrument="reciprocity")
    # The penal code of XG is not there, so nothing about conduct can be judged; the rest is.
    answer = respond(request, galdora, Circumstances())
    assert (answer.decision, answer.conditions) == ("conditions", ("speciality",))
    bad = {**value, "conditions": [{"assurance": "gold", "when": "always"}]}
    with pytest.raises(DataInvalid) as caught:
        law_of(bad)
    assert caught.value.findings
    with pytest.raises(DataInvalid) as caught:
        law_of({**value, "dual_criminality": ["preserve"], "extra": 1})
    assert len(caught.value.findings) == 2


@given(circumstances)
def test_circumstances_survive_the_way_to_json_and_back(facts):
    assert Circumstances.from_json(facts.to_json()) == facts


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"trivial": 1},
        {"persecution": {"strength": "loud"}},
        {"needed": [{"wat": 1}]},
        {"conduct": {"fly": "yes"}},
        {"gone": "m1"},
        {"needed": [{"what": "stored-data", "since": "2026-04-01T10:00"}]},
        {"nonsense": True},
        {"persecution": {"strength": "signs", "reason": "football"}},
        {"own_case": [{"until": "soon"}]},
    ],
)
def test_circumstances_that_make_no_sense_are_refused_with_findings(value):
    with pytest.raises(DataInvalid) as caught:
        Circumstances.from_json(value)
    assert caught.value.findings


def test_needs_are_for_the_account_under_any_of_its_names():
    need = Needed(
        what="stored-data",
        category="traffic",
        identifiers=("kite", ACCOUNT.upper()),
        since=SINCE,
        until=UNTIL,
    )
    request = made(measures=(replace(made().measures[0], data=(LINES["traffic"],)),))
    assert respond(request, law("XC"), known(needed=(need,))).decision == "grant"


def test_something_else_is_no_request():
    with pytest.raises(UsageError):
        respond({"facts": "x"}, law("XC"))
    assert kind("assistance").name and HELPS
