"""The review, comparison with a person's decision, twins, and personal data that go on."""

import pytest

from hanoikit.errors import UsageError
from hanoikit.safeguards import (
    Fact,
    Holding,
    Statement,
    case_file,
    change,
    changes,
    compare,
    compare_gate,
    flip,
    intrusion,
    may_pass_on,
    narrow,
    review,
    score,
    transfer_conditions,
)
from hanoikit.safeguards.comparing import HELP
from hanoikit.safeguards.personal_data import Authorisation


@pytest.fixture(scope="module")
def file():
    return case_file("night-shift")


def but(file, *said):
    """The file with facts added that say this."""
    return file.but(*(Fact(str(90 + n), "added", (Statement(*one),)) for n, one in enumerate(said)))


def test_what_is_not_needed_and_what_is_too_deep_go_and_the_rest_is_given(file):
    found = review(file)
    assert found.outcome == "part"
    assert [one.id for one in found.kept] == ["a", "b"]
    assert (found.narrowing.not_needed, found.narrowing.too_deep) == (("d",), ("c",))
    assert [one.verdict for one in found.gates] == ["met", "met", "limited", "limited", "met", "met"]
    assert found.grounds == () and found.considered == ()


def test_a_verdict_rests_on_the_facts_that_turn_it(file):
    found = review(file)
    assert found.gate("legality").carry == ("1", "2")
    assert found.gate("necessity").carry == ("6",)
    assert found.gate("safeguards").bear == ("8", "9")
    assert found.gate("abuse").carry == ()
    assert set(found.carry) >= {"1", "2", "3", "4"}
    assert "11" not in {number for gate in found.gates for number in gate.bear}


def test_one_gate_that_fails_ends_the_review_and_names_its_ground(file):
    found = review(flip(file, 2))
    assert (found.outcome, found.ended_at, found.grounds) == ("refuse", "legality", ("40(21)(c)",))
    assert len(found.considered) == 2


@pytest.mark.parametrize(
    ("said", "outcome", "what"),
    [
        ([("use-limits", "no")], "part", "this-case-only"),
        ([("data-protection", "no")], "part", "protect-data"),
        ([("passed-on", "yes")], "part", "ask-before-passing-on"),
        ([("acts-here-itself", "yes")], "part", "own-authorities"),
        ([("data-protection", "no"), ("accepts-conditions", "no")], "refuse", "36(1)(a)"),
        ([("acts-here-itself", "yes"), ("accepts-conditions", "no")], "refuse", "40(21)(b)"),
        ([("origin-agrees", "not-asked")], "ask", "first sent"),
        ([("origin-agrees", "refused")], "refuse", "36(1)(a)"),
        ([("own-case", "yes")], "postpone", "40(27)"),
        ([("own-case", "yes", "b")], "part", "40(27)"),
        ([("own-case", "yes"), ("emergency", "yes")], "part", ""),
        ([("sign-words", "yes")], "ask", "apart from words"),
        ([("sign-words", "yes"), ("sign-timing", "yes")], "refuse", "40(22)"),
        ([("bank-secrecy", "yes"), ("fiscal", "yes"), ("other-label", "yes")], "part", ""),
        ([("crime-here", "no")], "refuse", "40(8)"),
        ([("other-purpose", "yes")], "refuse", "40(21)(b)"),
    ],
    ids=lambda value: "+".join(one[0] for one in value) if isinstance(value, list) else "",
)
def test_the_answer_follows_the_facts(file, said, outcome, what):
    found = review(but(file, *said))
    assert found.outcome == outcome
    words = [*found.grounds, *found.questions, *(one.id for one in found.conditions)]
    assert any(what in word for word in words) if what else not (found.grounds or found.questions)


def test_what_is_no_reason_to_refuse_stands_in_the_notes(file):
    found = review(but(file, ("bank-secrecy", "yes"), ("fiscal", "yes")))
    assert [one.provisions for one in found.notes] == [("40(24)",), ("40(23)",)]


def test_preservation_is_not_refused_because_the_conduct_is_no_crime_here(file):
    from dataclasses import replace

    kept = replace(
        file, kind="preservation", parts=tuple(replace(one, data="preserved") for one in file.parts)
    )
    found = review(but(kept, ("crime-here", "no")))
    assert found.outcome != "refuse"
    assert "42(4)" in found.notes[0].says
    assert review(but(kept, ("persecution", "yes"))).grounds == ("40(22)",)


def test_a_held_part_waits_and_the_others_are_given(file):
    found = review(but(file, ("own-case", "yes", "b")))
    assert [one.id for one in found.held] == ["b"]
    assert found.outcome == "part"


def test_an_emergency_turns_missing_facts_into_a_promise_to_send_them(file):
    asked = flip(file, 4)
    assert review(asked).outcome == "ask"
    now = review(but(asked, ("emergency", "yes")))
    assert now.outcome == "part"
    assert [one.id for one in now.conditions] == ["confirm-in-writing"]


def test_privileged_talks_that_are_given_pass_an_independent_filter_first(file):
    deep = but(file, ("emergency", "yes"), ("answers-not", "when", "b"), ("answers-not", "when", "d"))
    found = review(deep)
    assert "c" in [one.id for one in found.kept]
    assert "independent-filter" in [one.id for one in found.conditions]


def test_refusing_or_waiting_where_help_is_owed_is_called_under_reaction(file):
    found = review(file)
    for chosen in ("refuse", "ask", "postpone"):
        made = compare(found, chosen)
        assert made.kind == "under-reaction" and "Who holds the mailbox?" in made.sentence
    assert "no ground" in compare(found, "refuse").sentence
    assert compare(found, "grant").kind == "over-reach"
    assert compare(found, "conditions").kind == "other"
    assert compare(found, "part").right
    refused = review(flip(file, 2))
    assert compare(refused, "ask").kind == "over-reach" and "question" in compare(refused, "ask").sentence
    whole = review(case_file("hospital-log"))
    assert whole.outcome == "grant"
    assert "no condition is needed" in compare(whole, "conditions").sentence
    with pytest.raises(UsageError):
        compare(found, "maybe")


def test_every_answer_can_be_compared_with_every_review(file):
    for number in range(1, 12):
        found = review(flip(file, number))
        for chosen in HELP:
            made = compare(found, chosen)
            assert made.right == (chosen == found.outcome)
            assert "{" not in made.sentence


def test_a_gate_is_compared_by_its_decision_and_by_its_facts(file):
    gate = review(file).gate("legality")
    right = compare_gate(gate, "met", ["1", "11"])
    assert right.right and right.carrying == ("1",) and right.beside == ("11",)
    assert "11" in right.sentence
    wrong = compare_gate(gate, "fails")
    assert not wrong.right and "1, 2" in wrong.sentence
    assert "Not decided" in compare_gate(gate, "").sentence


def test_for_every_fact_a_sentence_says_what_its_twin_changes(file):
    found = changes(file)
    assert [one.fact.id for one in found] == [one.id for one in file.facts]
    by = {one.fact.id: one for one in found}
    assert by["4"].gates == ("aim",)
    assert "Ask for more first" in by["4"].sentence
    assert by["9"].answer_changes and "another case" in by["9"].sentence
    assert by["10"].after.outcome == "ask"
    assert not by["11"].changes and "nothing" in by["11"].sentence
    assert change(file, 6).after.narrowing.keep == ("a",)


def test_points_are_counted_with_their_reasons_and_the_cheapest_set_scores_one(file):
    deep = intrusion(file.part("c"), file)
    assert deep.points == sum(n for _label, n in deep.reasons) == 10
    found = narrow(file)
    assert found.keep == ("a", "b")
    assert score(file, ["a", "b"]).share == 1
    assert score(file, ["a"]).share == 0.5
    assert score(file, ["a", "b", "c", "d"]).share == score(file, []).share == 0
    assert "b answers the same" in found.why["d"]
    with pytest.raises(UsageError):
        score(file, ["z"])


def test_personal_data_go_on_only_when_the_first_sender_authorised_it():
    held = Holding("XA", "XB")
    assert may_pass_on(held, to="XA").answer == may_pass_on(held, to="XB").answer == "yes"
    assert may_pass_on(held, to="XD").answer == "ask"
    assert may_pass_on(held, to="XD", refused=True).answer == "no"
    with pytest.raises(UsageError, match="XA"):
        held.passed_on("XD")
    allowed = Holding("XA", "XB", authorised=(Authorisation("XD"),))
    third = allowed.passed_on("XD")
    assert (third.holder, third.chain, third.sender) == ("XD", ("XB",), "XA")
    # XB cannot agree for XA, though the data came to XD from XB.
    assert "cannot agree" in may_pass_on(third, to="XE").reason


def test_a_sender_who_wants_writing_gets_writing():
    spoken = Holding("XA", "XB", wants_writing=True, authorised=(Authorisation("XD", in_writing=False),))
    assert may_pass_on(spoken, to="XD").answer == "ask"
    assert "writing" in may_pass_on(spoken, to="XD").next_step


def test_conditions_of_a_transfer_cure_what_is_weak_and_nothing_else():
    assert transfer_conditions(protected=True) == ()
    named = transfer_conditions(protected=False, other_use=True, third_party=True)
    assert [one.id for one in named] == ["protect-data", "this-case-only", "ask-before-passing-on"]
    assert all(any(ref.startswith("36(") for ref in one.provisions) for one in named)
