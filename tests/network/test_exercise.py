"""Scripted desks, scenarios and a whole exercise: the same every time, and after a restart as before."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit import resources
from hanoikit.errors import ActRefused, ScenarioInvalid, UsageError
from hanoikit.network import (
    Acknowledgement,
    AssetAlert,
    Confirmed,
    DataSpecification,
    Envelope,
    ExerciseClock,
    Message,
    PreservationRequest,
    Refused,
    Status,
    limits,
    open_envelope,
    refusal,
    rules,
    validate,
)
from hanoikit.network.clock import span
from hanoikit.network.exercise import Exercise
from hanoikit.network.scenario import Scenario
from hanoikit.network.script import Script

FOLDER = resources.assets() / "network"
SCRIPTS = sorted(path.stem for path in (FOLDER / "scripts").glob("*.yaml"))
SCENARIOS = sorted(path.stem for path in (FOLDER / "scenarios").glob("*.yaml"))
HOUR = timedelta(hours=1)

SMALL = """
scenario: small
title: Two desks
begins: "2026-05-04T09:00:00+00:00"
seed: {seed}
desks:
  - {{desk: XA}}
  - {{desk: XC, script: {script}}}
injects: []
"""


def small(script="careful", seed=1):
    return Exercise(Scenario.load(SMALL.format(script=script, seed=seed)))


def request_in(exercise, make, **changes):
    message = make("preservation-request", sent=exercise.now, **changes)
    body = replace(message.body, data=tuple(replace(one, until=exercise.now) for one in message.body.data))
    return message.but(body=body)


def kinds_after(exercise, **span_of):
    exercise.advance(exercise.now + timedelta(**span_of))
    return [entry.message.kind for entry in exercise.desks["XA"].inbox]


# the course's data


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_of_the_course_can_be_read(name):
    script = Script.load(FOLDER / "scripts" / f"{name}.yaml")
    assert script == Script.named(name)
    assert script.name == name
    assert script.about


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_of_the_course_fits_together(name):
    scenario = Scenario.load(FOLDER / "scenarios" / f"{name}.yaml")
    assert scenario == Scenario.named(name)
    assert scenario.name == name
    assert scenario.teams


def test_playing_a_scenario_of_the_course_does_not_load_the_schema_library():
    program = (
        "import sys; from hanoikit.network.exercise import Exercise; from hanoikit.network.scenario import Scenario; "
        "Exercise(Scenario.named('first-night')); sys.exit('jsonschema' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_there_are_scripts_and_a_scenario():
    assert {"careful", "slow", "mistaken", "warner", "office"} <= set(SCRIPTS)
    assert "first-night" in SCENARIOS


# scripted desks


def test_a_careful_desk_acknowledges_and_preserves_for_sixty_days_at_least(make):
    exercise = small()
    exercise.send(request_in(exercise, make))
    assert kinds_after(exercise, minutes=15) == ["acknowledgement"]
    assert kinds_after(exercise, hours=4) == ["acknowledgement", "confirmed"]
    case = exercise.desks["XA"].cases["XA-2026-0001"]
    assert case.status is Status.KEPT
    for entry in exercise.desks["XA"].inbox:
        assert validate(entry.message, about=case.root) == []
    assert exercise.desks["XC"].cases["XC-2026-0001"].orders


def test_a_careful_desk_asks_for_what_is_missing_and_acts_on_the_supplement(make):
    exercise = small()
    whole = request_in(exercise, make)
    exercise.send(whole.but(body=replace(whole.body, facts="", link="")), insist=True)
    assert kinds_after(exercise, hours=1) == ["more-information"]
    question = exercise.desks["XA"].inbox[0].message
    assert question.body.elements == ("42(3)(b)", "42(3)(c)")
    body = make("supplement").body
    exercise.send(question.answer(body, at=exercise.now))
    assert kinds_after(exercise, hours=3) == ["more-information", "confirmed"]


def test_a_careful_desk_refuses_with_the_ground_what_takes_force(make):
    exercise = small()
    asked = make("collect-evidence", sent=exercise.now)
    asked = asked.but(body=replace(asked.body, measure="search"))
    exercise.send(asked, insist=True)
    assert kinds_after(exercise, hours=2) == ["refused"]
    answer = exercise.desks["XA"].inbox[0].message
    assert answer.body.ground == "needs-request"
    assert answer.body.reasons == limits(asked, rules("XC"))[0].why


def test_a_slow_central_authority_answers_in_office_hours(make):
    for seed in range(12):
        exercise = small("slow", seed)
        exercise.send(request_in(exercise, make))
        exercise.advance(exercise.now + timedelta(days=14))
        for entry in exercise.desks["XA"].inbox:
            hour = entry.message.sent.astimezone(UTC) + 7 * HOUR
            assert hour.weekday() < 5
            assert (8, 30) <= (hour.hour, hour.minute) <= (16, 30)


def test_a_slow_desk_is_silent_now_and_then(make):
    answered = []
    for seed in range(25):
        exercise = small("slow", seed)
        exercise.send(request_in(exercise, make))
        answered.append(len(kinds_after(exercise, days=14)))
    assert set(answered) >= {1, 2}


def test_a_mistaken_desk_makes_mistakes_that_can_be_found(make):
    exercise = small("mistaken")
    request = request_in(exercise, make)
    exercise.send(request)
    exercise.advance(exercise.now + 2 * HOUR)
    confirmed = exercise.desks["XA"].inbox[-1].message
    assert isinstance(confirmed.body, Confirmed)
    assert "below-floor" in [one.code for one in validate(confirmed, about=request)]


def test_a_warner_warns_then_does_what_was_decided_and_tells_the_path(make):
    exercise = small("warner")
    exercise.send(request_in(exercise, make))
    assert kinds_after(exercise, hours=2) == ["acknowledgement", "preservation-warning"]
    warning = exercise.desks["XA"].inbox[-1].message
    exercise.send(warning.answer(make("decision-on-warning").body, at=exercise.now))
    assert kinds_after(exercise, hours=5)[2:] == ["confirmed", "path-disclosure"]
    assert exercise.desks["XA"].cases["XA-2026-0001"].status is Status.KEPT


def test_a_warner_that_is_stopped_does_nothing(make):
    exercise = small("warner")
    exercise.send(request_in(exercise, make))
    kinds_after(exercise, hours=2)
    warning = exercise.desks["XA"].inbox[-1].message
    stop = replace(make("decision-on-warning").body, decision="stop")
    exercise.send(warning.answer(stop, at=exercise.now))
    assert len(kinds_after(exercise, hours=10)) == 2


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    "kind",
    [
        "where-is-the-data",
        "emergency-data",
        "technical-advice",
        "legal-information",
        "locate-suspect",
        "asset-alert",
    ],
)
def test_no_script_fails_at_any_request(script, kind, make):
    exercise = small(script)
    exercise.send(make(kind, sent=exercise.now))
    exercise.advance(exercise.now + timedelta(days=20))
    for entry in exercise.desks["XA"].inbox:
        assert entry.message.regarding


def test_the_seed_decides_the_delays_and_nothing_else_does(make):
    def times(seed, *, noise=False):
        exercise = small("careful", seed)
        exercise.send(request_in(exercise, make))
        if noise:
            exercise.send(make("technical-advice", sent=exercise.now))
        exercise.advance(exercise.now + timedelta(days=1))
        root = exercise.desks["XA"].cases["XA-2026-0001"].root.id
        return [entry.message.sent for entry in exercise.desks["XA"].inbox if entry.message.regarding == root]

    assert times(1) == times(1) == times(1, noise=True)
    assert times(1) != times(2)


# the first night


def played():
    """A night well worked: every expected decision is taken in time."""
    exercise = Exercise(Scenario.named("first-night"))
    begins = exercise.scenario.begins
    exercise.advance(begins + timedelta(minutes=5))
    desk = exercise.desks["XA"]
    exercise.send(
        Message(
            sender="XA",
            recipient="XC",
            sent=exercise.now,
            reference="XA-2026-0417",
            urgency="urgent",
            body=PreservationRequest(
                authority="Aldermark Police, Cyber Unit, Fjordholm",
                scope="convention-offence",
                articles=("7",),
                offence="Illegal access, section 201 of the penal code",
                facts="On 30 April St Orla Hospital was attacked after a lure from this mailbox was opened.",
                data=(_log(begins),),
                link="The lure was sent from this mailbox.",
                custodian="Lune Hosting",
                location="Porto Lune",
                necessity="Lune Hosting deletes its logs after 72 hours.",
                assistance_intended=True,
                secrecy="confidential-no-notice",
                secrecy_reason="The user would destroy what lies elsewhere.",
            ),
        )
    )
    ground = {
        "no-arrest": "needs-request",
        "no-emergency": "not-an-emergency",
        "persecution-refused": "40(22)",
    }
    for one in sorted(exercise.scenario.expected, key=lambda each: each.by):
        if not one.answers or one.never:
            continue
        exercise.advance(max(exercise.now, begins + one.by - timedelta(minutes=4)))
        root = desk.message(exercise._inject_ids[one.answers])
        kind = one.acts[0]
        if kind == "refused":
            body = Refused(
                ground=ground[one.id], reasons="The facts of the case file.", instead="Another way."
            )
        elif kind == "acknowledgement":
            body = _acknowledged(exercise)
        else:
            until = exercise.now + timedelta(days=62) if root.kind == "preservation-request" else None
            handed = root.kind == "emergency-data"
            data = root.body.data if handed else ()
            body = Confirmed(done="Done.", until=until, data=data, handed_over=handed)
        exercise.send(root.answer(body, at=exercise.now))
    exercise.advance(begins + exercise.scenario.lasts)
    return exercise


def _log(begins):
    return DataSpecification(
        category="traffic",
        description="Access log of the mailbox",
        identifier="billing@clearbill.example",
        since=begins - timedelta(days=4),
        until=begins - timedelta(days=1),
    )


def _acknowledged(exercise):
    return Acknowledgement(next_by=exercise.now + 4 * HOUR)


@pytest.fixture(scope="module")
def night():
    return played()


def test_a_night_well_worked_meets_every_expectation(night):
    assert {judged.expected.id: judged.met for judged in night.decisions()} == {
        one.id: True for one in night.scenario.expected
    }


def test_a_night_asleep_meets_none_but_harms_nobody():
    exercise = Exercise(Scenario.named("first-night"))
    exercise.advance(exercise.scenario.begins + timedelta(days=1))
    met = {judged.expected.id: judged.met for judged in exercise.decisions()}
    assert [name for name, good in met.items() if good] == ["persecution-not-served"]


def test_before_the_time_is_up_nothing_is_judged():
    exercise = Exercise(Scenario.named("first-night"))
    exercise.advance(exercise.scenario.begins + timedelta(minutes=1))
    assert {judged.met for judged in exercise.decisions()} == {None}


def test_the_right_act_on_the_wrong_ground_is_not_met():
    exercise = Exercise(Scenario.named("first-night"))
    exercise.advance(exercise.scenario.begins + 4 * HOUR)
    root = exercise.desks["XA"].message(exercise._inject_ids["sharp-tongue"])
    body = Refused(ground="40(21)(b)", reasons="It would harm us.", instead="")
    exercise.send(root.answer(body, at=exercise.now))
    judged = {one.expected.id: one for one in exercise.decisions()}["persecution-refused"]
    assert judged.met is False
    assert "ground" in judged.reason


def test_the_forged_message_is_rejected_and_never_reaches_a_case_file(night):
    rejected = [one for one in night.happenings if one.kind == "rejected"]
    assert [finding.code for finding in rejected[0].findings] == ["forged"]
    assert night._inject_ids["strange-order"] not in night.desks["XA"].seen


def test_an_exercise_is_after_a_restart_as_it_was(night):
    stored = json.loads(json.dumps(night.to_json()))
    again = Exercise.from_json(stored)
    assert again.to_json() == night.to_json()
    assert again.happenings == night.happenings
    for name, desk in night.desks.items():
        assert again.desks[name].to_json() == desk.to_json()


def test_an_exercise_stored_half_way_goes_on_as_if_nothing_had_been():
    whole = played()
    cut = Exercise(Scenario.named("first-night"))
    for act in whole.to_json()["acts"]:
        cut._again(act)
        cut = Exercise.from_json(json.loads(json.dumps(cut.to_json())))
    cut.advance(whole.now)
    assert cut.to_json() == whole.to_json()
    assert cut.desks["XA"].to_json() == whole.desks["XA"].to_json()


@settings(max_examples=15)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=8))
def test_the_steps_in_which_time_passes_change_nothing(steps):
    scenario = Scenario.named("first-night")
    one, other = Exercise(scenario), Exercise(scenario)
    for minutes in steps:
        one.advance(one.now + timedelta(minutes=minutes))
    other.advance(one.now)
    assert one.happenings == other.happenings
    assert {name: desk.to_json() for name, desk in one.desks.items()} == {
        name: desk.to_json() for name, desk in other.desks.items()
    }


def test_every_envelope_of_an_exercise_opens_with_its_register(night):
    for desk in night.desks.values():
        for event in desk.events:
            if "envelope" in event and event["event"] == "received":
                envelope = Envelope.from_json(event["envelope"])
                at = datetime.fromisoformat(event["at"])
                assert open_envelope(envelope, directory=night.directory, desk=desk.id, at=at)


def test_a_team_cannot_do_what_is_not_the_next_step(make):
    exercise = small()
    with pytest.raises(ActRefused):
        exercise.send(make("extension", sent=exercise.now), insist=True)
    with pytest.raises(UsageError):
        exercise.send(make("technical-advice", sender="XB", sent=exercise.now), insist=True)


def test_the_facilitator_speaks_to_the_teams_only():
    exercise = small()
    exercise.brief("Coffee in ten minutes.")
    assert [(one.desk, one.text) for one in exercise.happenings] == [("XA", "Coffee in ten minutes.")]
    assert (
        Exercise.from_json(exercise.to_json(), scenario=exercise.scenario).happenings == exercise.happenings
    )


@pytest.mark.parametrize("value", [None, {}, {"type": "x"}, {"type": "hanoikit.network-exercise/1"}])
def test_what_is_no_exercise_is_refused(value):
    with pytest.raises(ScenarioInvalid):
        Exercise.from_json(value)


# scenarios that are not written as they should be

BAD = {
    "a key twice": "scenario: a\nscenario: b\n",
    "a tag": "scenario: !!python/object/apply:os.system ['true']\n",
    "an anchor": "a: &x [1]\nb: *x\n",
    "no mapping": "- 1\n",
    "nothing": "",
    "no YAML": "{",
    "an unknown member": SMALL.format(script="careful", seed=1) + "colour: red\n",
    "an unknown script": SMALL.format(script="sleepy", seed=1),
    "a number as a name": SMALL.format(script="careful", seed=1).replace("small", "1"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_scenario_with_a_mistake_is_refused_with_the_place(name):
    with pytest.raises(ScenarioInvalid) as refused:
        Scenario.load(BAD[name])
    assert refused.value.findings
    assert refused.value.next_step


def test_everything_that_does_not_fit_together_is_said_at_once():
    text = """
scenario: bad
title: Bad
begins: "2026-05-04T09:00:00+00:00"
desks: [{desk: XA}, {desk: XQ}]
injects:
  - {id: a, at: "0:10", from: XC, to: XB, kind: acknowledgement, body: {}}
  - {id: b, at: "0:20", from: XC, to: XA, kind: acknowledgement, body: {surprise: 1}}
  - {id: b, at: "0:30", from: XC, to: XA, kind: singing, body: {}}
expected:
  - {id: e, desk: XB, act: singing, by: "1:00", why: w, provisions: ["99(1)"], answers: z, ground: none}
"""
    with pytest.raises(ScenarioInvalid) as refused:
        Scenario.load(text)
    assert {one.where for one in refused.value.findings} >= {"XQ", "a", "b", "e"}
    assert len(refused.value.findings) >= 8


def test_times_of_a_scenario_stay_text_and_become_spans():
    assert [span(text) for text in ("90m", "2h", "1:30", "1d 2:15", "30s")] == [
        timedelta(minutes=90),
        timedelta(hours=2),
        timedelta(minutes=90),
        timedelta(days=1, hours=2, minutes=15),
        timedelta(seconds=30),
    ]
    for text in ("", "90", "1:3", "-1h", "1w", "1:30:00", "²h", "9999999d"):
        with pytest.raises(ScenarioInvalid):
            span(text)


# the clock

REAL = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STORY = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def test_a_clock_can_run_faster_than_life_stand_still_and_go_on():
    clock = ExerciseClock.start(story=STORY, real=REAL, speed=60)
    assert clock.now(REAL + timedelta(minutes=2)) == STORY + 2 * HOUR
    clock = clock.paused(real=REAL + timedelta(minutes=2))
    assert clock.now(REAL + timedelta(days=3)) == STORY + 2 * HOUR
    clock = clock.resumed(real=REAL + timedelta(days=3))
    clock = clock.at_speed(1, real=REAL + timedelta(days=3))
    assert clock.now(REAL + timedelta(days=3, minutes=5)) == STORY + 2 * HOUR + timedelta(minutes=5)
    assert ExerciseClock.from_json(json.loads(json.dumps(clock.to_json()))) == clock


@given(
    st.lists(
        st.tuples(st.sampled_from(["paused", "resumed", "fast", "slow"]), st.integers(-50, 500)), max_size=12
    )
)
def test_a_clock_never_runs_backwards_whatever_is_done_to_it(acts):
    clock, real, before = ExerciseClock.start(story=STORY, real=REAL), REAL, STORY
    for act, seconds in acts:
        real += timedelta(seconds=seconds)  # the machine's own clock may be set back
        now = clock.now(real)
        assert now >= before or seconds < 0
        if act in ("paused", "resumed"):
            clock = getattr(clock, act)(real=real)
        else:
            clock = clock.at_speed(100 if act == "fast" else 0.5, real=real)
        assert clock.now(real) >= clock.story
        before = clock.now(real)
        assert ExerciseClock.from_json(clock.to_json()).now(real + HOUR) == clock.now(real + HOUR)


def test_a_clock_is_not_set_back():
    clock = ExerciseClock.start(story=STORY, real=REAL)
    with pytest.raises(UsageError):
        clock.set_to(STORY - HOUR, real=REAL)
    assert clock.set_to(STORY + HOUR, real=REAL).now(REAL) == STORY + HOUR
    assert clock.real_time_of(STORY + HOUR) == REAL + HOUR
    assert clock.paused(real=REAL).real_time_of(STORY + HOUR) is None


def test_a_refusal_from_a_limit_is_a_complete_message(make, now):
    asked = make("asset-alert", sent=now)
    asked = asked.but(body=replace(asked.body, wanted="freeze"))
    assert isinstance(asked.body, AssetAlert)
    answer = refusal(asked, limits(asked, rules("XC"))[0], at=now)
    assert validate(answer, about=asked) == []
