"""What no case file can make the rules do, tried over many made-up files."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit.convention import refusal_grounds
from hanoikit.safeguards import CaseFile, Fact, Need, Part, Statement, change, flip, narrow, review, score
from hanoikit.safeguards.comparing import HELP
from hanoikit.safeguards.grounds import open_grounds
from hanoikit.safeguards.model import KINDS, Otherwise
from hanoikit.safeguards.narrowing import IF_UNKNOWN
from hanoikit.safeguards.reading import Reading
from hanoikit.safeguards.tables import allowance, aspects, data_classes

NEEDS = (Need("who", "Who?", 3), Need("when", "When?", 2), Need("more", "What else?", 1))
LETTERS = "abcde"
SAFEGUARDS = sorted(name for name, one in aspects().items() if one.safeguard)
SIGNS = ("sign-words", "sign-group", "sign-timing", "sign-uneven")
FORBIDDEN = ("persecution", "prejudice")
RANK = ("fails", "unknown", "limited", "met")


@st.composite
def statements(draw, part_letters: str) -> Statement:
    aspect = aspects()[draw(st.sampled_from(sorted(aspects())))]
    part = draw(st.sampled_from(["", *part_letters])) if aspect.of_part else ""
    if aspect.names_need:
        return Statement(aspect.id, draw(st.sampled_from([one.id for one in NEEDS])), part or part_letters[0])
    return Statement(aspect.id, draw(st.sampled_from(aspect.values)), part)


@st.composite
def files(draw, kinds: tuple[str, ...] = KINDS) -> CaseFile:
    letters = LETTERS[: draw(st.integers(1, 5))]
    parts = tuple(
        Part(
            letter,
            f"part {letter}",
            draw(st.sampled_from(sorted(data_classes()))),
            draw(st.frozensets(st.sampled_from([one.id for one in NEEDS]))),
            draw(st.sampled_from(["one", "few", "many", "everyone"])),
            draw(st.sampled_from(["days", "weeks", "months", "open"])),
        )
        for letter in letters
    )
    facts = tuple(
        Fact(
            str(number),
            f"fact {number}",
            tuple(draw(st.lists(statements(letters), max_size=2))),
            Otherwise(f"not {number}", tuple(draw(st.lists(statements(letters), max_size=1)))),
        )
        for number in range(1, draw(st.integers(0, 8)) + 1)
    )
    kind = draw(st.sampled_from(kinds))
    return CaseFile("made", "Made", kind, "XB", "XA", "2026-05-04", "A made file.", NEEDS, parts, facts)


def with_facts(file: CaseFile, *said: Statement) -> CaseFile:
    return file.but(*(Fact(str(900 + n), "added", (one,)) for n, one in enumerate(said)))


@given(files(), st.sampled_from(FORBIDDEN))
def test_nothing_is_given_where_the_facts_of_the_persecution_clause_stand(file, aspect):
    found = review(with_facts(file, Statement(aspect, "yes")))
    assert found.outcome == "refuse"
    assert found.gate("abuse").verdict == "fails"
    if file.kind != "measure":
        assert {"40(22)", "37(15)"} & set(found.grounds)


@settings(max_examples=30)
@given(files(), st.sampled_from(list(itertools.combinations(SIGNS, 2))))
def test_two_signs_of_persecution_refuse_and_one_is_asked_about_at_least(file, pair):
    clean = file.but(*(Fact(one.id, one.text, ()) for one in file.facts))
    assert review(with_facts(clean, *(Statement(one, "yes") for one in pair))).outcome == "refuse"
    alone = review(with_facts(file, Statement(pair[0], "yes")))
    assert alone.outcome in ("ask", "refuse")


@given(files(), st.sampled_from(SAFEGUARDS))
def test_another_safeguard_never_makes_anything_worse(file, safeguard):
    best = aspects()[safeguard].values[-1]
    before, after = review(file), review(with_facts(file, Statement(safeguard, best)))
    for old, new in zip(before.gates, after.gates, strict=True):
        assert RANK.index(new.verdict) >= RANK.index(old.verdict), old.id
    assert HELP[after.outcome] >= HELP[before.outcome]
    assert after.kept == before.kept


@given(files())
def test_every_refusal_names_a_ground_that_exists_and_is_open_for_this_kind_of_request(file):
    found = review(file)
    known = {one.ref for one in refusal_grounds()}
    assert set(found.grounds) <= known & open_grounds(file.kind)
    if file.kind != "measure":
        waits = found.outcome == "part" and bool(found.held)
        assert bool(found.grounds) == (found.outcome in ("refuse", "postpone") or waits)
    if found.outcome == "refuse":
        assert found.ended_at
        assert len(found.considered) == 2
        assert all(one.provisions for one in found.because)
    else:
        assert not found.ended_at


@settings(max_examples=35)
@given(files(("preservation", "disclosure")))
def test_preservation_and_traffic_data_are_refused_on_the_closed_list_only(file):
    assert set(review(file).grounds) <= {"40(21)(b)", "40(21)(c)", "40(22)", "42(5)"}


@given(files(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter_and_the_same_file_gives_the_same_review(
    file, chance: random.Random
):
    mixed = list(file.facts)
    chance.shuffle(mixed)
    other = CaseFile(
        *(tuple(mixed) if name == "facts" else getattr(file, name) for name in CaseFile.__dataclass_fields__)
    )
    one, two = review(file), review(other)
    assert (one.outcome, set(one.grounds), one.kept, one.held, one.conditions, one.questions) == (
        two.outcome, set(two.grounds), two.kept, two.held, two.conditions, two.questions,
    )  # fmt: skip
    for left, right in zip(one.gates, two.gates, strict=True):
        assert (left.verdict, set(left.bear), set(left.carry), left.reasons) == (
            right.verdict, set(right.bear), set(right.carry), right.reasons,
        )  # fmt: skip
    assert set(one.carry) == set(two.carry)
    assert review(file) == one


@settings(max_examples=35)
@given(files().filter(lambda file: file.facts))
def test_a_fact_that_says_nothing_either_way_changes_nothing_and_flipping_twice_is_no_flip(file):
    number = file.facts[0].id
    assert flip(flip(file, number), number) == file
    silent = file.but(Fact(number, "x", (), Otherwise("y")))
    found = change(silent, number)
    assert not found.changes and not found.gates
    assert "nothing" in found.sentence
    assert change(file, number).sentence


@given(files())
def test_the_minimum_is_the_cheapest_of_all_sets_that_answer_what_can_be_answered(file):
    found, reading = narrow(file), Reading(file)
    stakes = IF_UNKNOWN if reading.stakes == "unknown" else reading.stakes
    weight = {one.id: one.weight for one in NEEDS}
    points = {name: one.points for name, one in found.intrusions.items()}
    serves = {
        part.id: {n for n in reading.answers(part) if points[part.id] <= allowance(stakes, weight[n])}
        for part in file.parts
    }
    goal = set().union(*serves.values())
    enough = [
        chosen
        for size in range(len(file.parts) + 1)
        for chosen in itertools.combinations(points, size)
        if set().union(*(serves[one] for one in chosen)) == goal
    ]
    assert sum(points[one] for one in found.keep) == min(
        sum(points[one] for one in chosen) for chosen in enough
    )
    assert {*found.keep, *found.remove} == set(points)
    assert not set(found.keep) & set(found.remove)


@given(files())
def test_no_choice_of_parts_scores_above_the_minimum_and_taking_all_or_nothing_earns_nothing(file):
    found = narrow(file)
    assert score(file, found.keep).share == 1.0
    for size in range(len(file.parts) + 1):
        for chosen in itertools.combinations(found.intrusions, size):
            assert 0.0 <= score(file, chosen).share <= 1.0
    everything = [part.id for part in file.parts]
    if any(found.intrusions[one].points for one in found.remove):
        assert score(file, everything).share == 0.0
    if found.keep:
        assert score(file, []).share == 0.0
