"""Each attack is done with real keys, and each is found where it is: twenty seeds, with dense and sparse witnesses."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from hanoikit.convention import provision
from hanoikit.errors import UsageError
from hanoikit.evidence import custody
from hanoikit.evidence.attacks import ATTACKS, named, receipts
from hanoikit.evidence.custody import CustodyLog
from hanoikit.evidence.identity import CourseAuthority

AUTHORITY = CourseAuthority.create(seed="attack tests")
ROOTS = [AUTHORITY.certificate]
PEOPLE = [
    AUTHORITY.issue(name=name, role=role, organisation="Cyber Unit", state=state)
    for name, role, state in (
        ("Lan Anh Tran", "DEFR", "XA"),
        ("Minh Vo", "custodian", "XA"),
        ("Sara Odeh", "examiner", "XB"),
        ("Ines Duarte", "prosecutor", "XB"),
    )
]
SIGNERS = {person.fingerprint: person for person in PEOPLE}
DIGEST = "5e" * 32


def case_log():
    """Fourteen entries, three items, four people, two States."""
    anh, minh, sara, ines = PEOPLE
    at = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
    log = CustodyLog(case="XA-2026-0417")

    def later(minutes):
        nonlocal at
        at += timedelta(minutes=minutes)
        return at

    log.append(action="identified", item="laptop", actor=anh, place="Harbour Street 5", at=later(5))
    log.append(action="collected", item="laptop", actor=anh, place="Harbour Street 5", at=later(20))
    log.append(
        action="acquired",
        item="image",
        source="laptop",
        actor=anh,
        place="Van",
        at=later(60),
        item_sha256=DIGEST,
    )
    log.hand_over(item="laptop", giver=anh, taker=minh, place="Evidence room", at=later(90))
    log.hand_over(item="image", giver=anh, taker=minh, place="Evidence room", at=later(2), item_sha256=DIGEST)
    log.append(action="stored", item="laptop", actor=minh, place="Evidence room", at=later(15))
    log.hand_over(item="image", giver=minh, taker=sara, place="Laboratory", at=later(500), item_sha256=DIGEST)
    log.append(action="examined", item="image", actor=sara, place="Laboratory", at=later(100))
    log.append(
        action="copied",
        item="extract",
        source="image",
        actor=sara,
        place="Laboratory",
        at=later(9),
        item_sha256="77" * 32,
    )
    log.hand_over(item="extract", giver=sara, taker=ines, place="Prosecutor's office", at=later(300))
    return log


LOG = case_log()
SEEDS = range(20)
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


def errors(log, anchors):
    return [f for f in custody.verify(log, roots=ROOTS, anchors=anchors) if f.severity == "error"]


def test_the_honest_log_gives_no_finding_with_any_witness():
    for every in (1, 3, 100):
        assert custody.verify(LOG, roots=ROOTS, anchors=receipts(LOG, every=every)) == []


@each_attack
@pytest.mark.parametrize("seed", SEEDS)
def test_an_attack_is_found_exactly_where_it_is(attack, seed):
    attacked = attack.apply(LOG, Random(seed), SIGNERS)
    found = errors(attacked.log, receipts(attacked.witnessed))
    assert (
        found[0].entry == found[0].until == attacked.first_broken or found[0].code == "truncated-against-head"
    )
    assert found[0].entry == attacked.first_broken
    assert attacked.codes & {f.code for f in found if f.entry == attacked.first_broken}


@each_attack
@pytest.mark.parametrize("seed", SEEDS)
def test_few_witnesses_still_tell_between_which_entries_it_is(attack, seed):
    attacked = attack.apply(LOG, Random(seed), SIGNERS)
    found = errors(attacked.log, receipts(attacked.witnessed, every=6))
    assert found[0].entry <= attacked.first_broken <= found[0].until


@each_attack
def test_the_same_seed_gives_the_same_attack_and_leaves_the_log_alone(attack):
    before = LOG.to_bytes()
    one, two = (attack.apply(LOG, Random(5), SIGNERS) for _ in range(2))
    assert one.log.to_bytes() == two.log.to_bytes()
    assert one.first_broken == two.first_broken
    assert LOG.to_bytes() == before
    assert one.log.to_bytes() != before


@each_attack
def test_an_attacked_log_survives_being_saved(attack, tmp_path):
    attacked = attack.apply(LOG, Random(3), SIGNERS)
    attacked.log.save(tmp_path / "log")
    anchors = receipts(attacked.witnessed)
    again = CustodyLog.load(tmp_path / "log")
    assert custody.verify(again, roots=ROOTS, anchors=anchors) == custody.verify(
        attacked.log, roots=ROOTS, anchors=anchors
    )


@pytest.mark.parametrize("name", ["truncate", "re-sign", "fork"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_can_only_be_seen_from_outside_cannot_be_seen_from_inside(name, seed):
    attacked = named(name).apply(LOG, Random(seed), SIGNERS)
    assert errors(attacked.log, []) == []


@pytest.mark.parametrize("name", ["swap", "gap", "wrong-key"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_shows_inside_the_log_needs_no_witness(name, seed):
    attacked = named(name).apply(LOG, Random(seed), SIGNERS)
    assert errors(attacked.log, [])[0].entry == attacked.first_broken


def test_back_dating_at_the_end_shows_only_against_a_timestamp():
    attack = named("back-date")
    late = [attack.apply(LOG, Random(seed), SIGNERS) for seed in SEEDS]
    late = [attacked for attacked in late if attacked.first_broken == len(LOG) + 1]
    assert late
    for attacked in late:
        assert errors(attacked.log, []) == []
        assert [f.code for f in errors(attacked.log, receipts(LOG))] == ["back-dated"]


def test_a_hash_chain_without_signatures_would_miss_the_swap():
    attacked = named("swap").apply(LOG, Random(1), SIGNERS)
    assert "hash-mismatch" not in {f.code for f in errors(attacked.log, [])}


def test_a_fork_shows_when_two_copies_are_laid_side_by_side():
    for seed in SEEDS:
        attacked = named("fork").apply(LOG, Random(seed), SIGNERS)
        assert [f.entry for f in custody.compare(LOG, attacked.log)] == [attacked.first_broken]


def test_truth_and_place_vary_with_the_seed():
    for attack in ATTACKS:
        places = {attack.apply(LOG, Random(seed), SIGNERS).first_broken for seed in SEEDS}
        assert len(places) >= 3, attack.name


@each_attack
def test_an_attack_explains_itself_and_cites_provisions_that_exist(attack):
    texts = [
        attack.title,
        attack.who,
        attack.what_the_attacker_did,
        attack.how_it_shows,
        attack.what_would_have_missed_it,
    ]
    assert all(len(text) > 15 for text in texts)
    assert all(provision(each) for each in attack.provisions)
    assert named(attack.name) is attack


@each_attack
def test_a_log_that_is_too_short_for_the_attack_is_refused(attack):
    with pytest.raises(UsageError, match="needs a log"):
        for seed in range(3):
            attack.apply(CustodyLog(case="empty"), Random(seed), SIGNERS)


def test_an_unknown_attack_is_a_wrong_call():
    with pytest.raises(UsageError, match="swap"):
        named("phishing")
