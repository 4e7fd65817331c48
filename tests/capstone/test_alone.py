"""One person with the whole case: what a good run earns, and what each mistake costs."""

import json
from datetime import timedelta

import pytest

from hanoikit.capstone import CapstoneCheck, open_run, read
from hanoikit.capstone.plan import plan, scenario
from hanoikit.errors import HanoiKitError, MessageUnreadable, UsageError
from tests.capstone import players

GRANT = ("grant", ("2",), ("40(1)",), {})
REFUSE = ("refuse", ("2",), ("40(22)",), {"ground": "40(22)"})
MATTERS = tuple(players.DECISIONS)


def missed(run):
    return {one.id for one in run.score().elements if one.share < 1}


def test_a_run_without_a_fault_earns_everything(good):
    assert good.score().share == 1
    assert good.over and good.check_log() == []
    waiting = [entry.message.id for entry in good.desk.triage(good.now)]
    assert waiting == [good.exercise.inject_ids["altered-package"]]  # asked for again, and a new one came


def test_the_full_length_has_one_request_more_and_can_be_won_too(tmp_path):
    found = players.act(tmp_path, short=False).score()
    assert found.share == 1 and found.element("wide").asked
    assert "wide" not in {one.id for one in plan().of(short=True)}


@pytest.mark.parametrize("short", [True, False])
def test_who_does_nothing_earns_nothing(tmp_path, short):
    assert players.idle(tmp_path, short=short).score().points == 0


@pytest.mark.parametrize("always", [GRANT, REFUSE])
@pytest.mark.parametrize("short", [True, False])
def test_granting_everything_or_refusing_everything_fails_even_with_every_paper_right(
    tmp_path, always, short
):
    run = players.act(
        tmp_path, short=short, decide=dict.fromkeys((one for one in MATTERS if one != "nurse"), always)
    )
    assert run.score().share < 0.7


BAD = {
    "the reporter is given away": ({"decide": {"reporter": GRANT}}, {"abusive", "decisions"}),
    "the reporter is refused on a ground that does not carry it": (
        {"decide": {"reporter": ("refuse", ("5", "6"), ("40(22)",), {"ground": "40(21)(b)"})}},
        {"abusive"},
    ),
    "the schools are refused for a name": ({"decide": {"mayor": REFUSE}}, {"rightful", "decisions"}),
    "the man on the bridge has to wait for a request": (
        {"decide": {"emergency": ("refuse", ("label",), ("44(1)",), {"ground": "needs-request"})}},
        {"emergency", "decisions"},
    ),
    "the spoilt copy is relied on": ({"decide": {"altered-package": GRANT}}, {"tampered", "decisions"}),
    "the sound copy is refused": (
        {"decide": {"good-package": ("refuse", ("sender",), ("40(21)(b)",), {"ground": "40(21)(b)"})}},
        {"tampered", "decisions"},
    ),
    "the nurse is sent the wrong way": (
        {"decide": {"nurse": ("threat", ("3",), ("25(1)",), {})}},
        {"victim", "decisions"},
    ),
    "the whole account is to be frozen": (
        {"send": ("freeze-1", "assistance-2", "package-1", "return-2")}, {"freeze"},
    ),
    "no freeze is asked for": ({"send": ("assistance-2", "package-1", "return-2")}, {"freeze"}),
    "everybody's data are asked for": (
        {"send": ("freeze-2", "assistance-1", "package-1", "return-2")}, {"assistance"},
    ),
    "a file that was changed after the seal is handed over": (
        {"send": ("freeze-2", "assistance-2", "package-2", "return-2")}, {"package"},
    ),
    "half goes to the treasury": ({"send": ("freeze-2", "assistance-2", "package-1", "return-1")}, {"return"}),
    "the images are sent along": ({"removal": "removal-2"}, {"victim"}),
    "the images are removed and nothing was preserved": ({"preserve": ("log",)}, {"victim"}),
    "the log is forgotten": ({"preserve": ("images",)}, {"preserve"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_single_mistake_costs_its_own_element_and_no_other(tmp_path, name):
    how, costs = BAD[name]
    run = players.act(tmp_path, **how)
    assert missed(run) == costs
    assert 0.5 < run.score().share < 1


def test_decisions_without_facts_or_with_all_facts_lose_the_record_and_nothing_else(tmp_path):
    silent = {name: (outcome, (), (), more) for name, (outcome, _f, _p, more) in players.DECISIONS.items()}
    run = players.act(tmp_path / "silent", decide=silent)
    assert missed(run) == {"decisions"} and run.score().element("decisions").share == 0
    everything = tuple(str(number) for number in range(1, 10))
    many = {"reporter": ("refuse", everything, ("40(22)",), {"ground": "40(22)"})}
    assert missed(players.act(tmp_path / "all", decide=many)) == {"decisions"}


def test_after_the_feast_has_begun_the_judge_is_at_home_and_the_money_leaves(tmp_path):
    run = players.act(tmp_path, late=True)
    freeze = run.score().element("freeze")
    assert [test.met for test in freeze.tests] == [True, True, True, False]
    assert freeze.moment == plan().moments["money_leaves"]


def test_the_clock_leaves_out_what_the_story_leaves_out(tmp_path):
    run = open_run(tmp_path, short=True, sync=False)
    assert run.part.id == "night"
    run.advance(hours=8)
    assert (run.part.id, run.now) == ("holiday", run.parts[1].begins)
    run.next_part()
    assert (run.part.id, run.now.month) == ("request", 2)
    while not run.over:
        run.next_part()
    assert run.now == run.scenario.begins + run.scenario.lasts


def test_a_run_taken_up_again_is_where_it_was(good):
    again = open_run(good.folder, short=True, sync=False)
    assert again.now == good.now
    assert [one.id for one in again.matters()] == [one.id for one in good.matters()]
    assert all(one.answered and one.decided for one in again.matters())
    assert again.score().to_json() == good.score().to_json()


def test_nothing_is_there_before_the_story_needs_it(tmp_path):
    run = open_run(tmp_path, short=True, sync=False)
    assert run.drafts() == () and run.matters() == ()
    assert {one.part for one in run.products()} == {"night"}
    with pytest.raises(UsageError):
        run.decide("reporter", "refuse")
    run.advance(minutes=40)
    assert [one.id for one in run.drafts()] == ["log"]
    assert [one.id for one in run.tasks()] == ["opening", "task-log", "task-money"]
    with pytest.raises(UsageError, match="no decision"):
        run.decide("mayor", "maybe")


def test_a_second_decision_is_written_down_and_the_answer_stays(tmp_path):
    run = open_run(tmp_path, short=True, sync=False)
    run.advance(minutes=40)
    run.decide(
        "mayor", "refuse", facts=("3",), provisions=("40(22)",), ground="40(22)", reason="A politician."
    )
    sent = len(run.desk.outbox)
    run.decide("mayor", "grant", facts=("2", "4"), provisions=("40(1)",), reason="Read again.")
    assert len(run.desk.outbox) == sent
    assert run.matter("mayor").decided.outcome == "grant"
    assert run.score().element("rightful").share == 0


def test_the_marking_gives_the_same_by_verdicts(good):
    check = CapstoneCheck(good.path, short=True)
    for element in plan().of(short=True, teams=("XA",)):
        verdicts = [verdict() for verdict in check.element(element.id).values()]
        assert verdicts and all(one.accepted and one.output for one in verdicts), element.id
    with pytest.raises(UsageError):
        check.element("nothing")


def test_a_missing_log_is_no_verdict(tmp_path):
    verdicts = CapstoneCheck(tmp_path / "desk.jsonl", short=True).element("freeze")
    with pytest.raises(FileNotFoundError):
        next(iter(verdicts.values()))()


def test_an_altered_log_is_refused(good, tmp_path):
    data = good.path.read_bytes()
    place = tmp_path / "desk.jsonl"
    place.write_bytes(data.replace(b"40(22)", b"40(21)", 1))
    with pytest.raises(MessageUnreadable):
        read(place)
    lines = data.splitlines(keepends=True)
    place.write_bytes(b"".join(lines[:5] + lines[6:]))
    with pytest.raises(MessageUnreadable):
        read(place)
    place.write_bytes(data)
    assert read(place).teams == ("XA",)
    with pytest.raises(HanoiKitError):
        CapstoneCheck(place, short=False).record  # noqa: B018


def test_a_log_that_was_cut_short_counts_for_what_it_holds(good, tmp_path):
    lines = good.path.read_bytes().splitlines(keepends=True)
    half = next(n for n, line in enumerate(lines) if json.loads(line).get("at", "")[:7] == "2027-02")
    place = tmp_path / "desk.jsonl"
    place.write_bytes(b"".join(lines[:half]))
    found = CapstoneCheck(place, short=True).score
    assert found.element("freeze").share == 1 and found.element("return").share == 0
    assert not found.element("tampered").asked


def test_the_story_is_the_same_for_everybody():
    for short in (True, False):
        alone, live = scenario(short=short, alone=True), scenario(short=short)
        mine = {one.id: one for one in live.injects}
        assert all(mine[one.id] == one for one in alone.injects)
        assert (alone.jumps, alone.begins, alone.lasts) == (live.jumps, live.begins, live.lasts)
        played = alone.lasts - sum((to - at for at, to in alone.jumps), timedelta(0))
        minutes = played / alone.speed / timedelta(minutes=1)
        assert minutes == (30 if short else 72)  # roles and looking back fill 45 and 120


def test_a_request_to_the_central_authority_itself_is_decided_there_too(tmp_path):
    run = open_run(tmp_path, short=True, sync=False)
    run.advance(minutes=30)
    run.send_product("freeze-2", to="XD-central")
    run.advance(hours=3)
    assert run.score().element("freeze").share == 1
