"""Keys of module 6 that the cooperation room can compute are computed: instruments, answers, later uses."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

import pytest

from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.instruments import Matter, fitting
from hanoikit.cooperation.requests import (
    AssistanceRequest,
    DataSpecification,
    ExtraditionRequest,
    Measure,
    Offence,
    Person,
)
from hanoikit.cooperation.responder import respond
from hanoikit.cooperation.state_rules import law
from hanoikit.grading import AssignmentSource

NAME = "m06-cooperation"
DAY = date(2026, 5, 20)
FJORDHOLM = timezone(timedelta(hours=3))
OURS = law("XA")
PROMISED = ("no-onward", "delete-after")


@pytest.fixture(scope="module")
def text() -> str:
    return AssignmentSource.installed(NAME).text.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def keys(text) -> dict[str, object]:
    found = re.findall(r'^answer\(\s*"(m06-q\d+)",\s*(.+?),?\s*\)$', text, flags=re.MULTILINE | re.DOTALL)
    plain = {name: value.split("\n```")[0] for name, value in found}
    return {
        name: eval(value, {"__builtins__": {}})
        for name, value in plain.items()
        if name not in {"m06-q2", "m06-q12"}
    }


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 4, day, hour, tzinfo=FJORDHOLM)


def stored(identifier: str, *categories: str) -> Measure:
    lines = tuple(
        DataSpecification(
            category=one, identifier=identifier, description="What was named", since=at(1), until=at(11)
        )
        for one in categories
    )
    return Measure(id="m1", what="stored-data", holder="Havnmail, Fjordholm", need="To see it", data=lines)


def asked(sender: str, *measures: Measure, **more: object) -> AssistanceRequest:
    """A complete request to Aldermark, so that the answer turns on the file and not on a gap."""
    given = {
        "reference": "file-1",
        "date": DAY,
        "language": "en",
        "channel": "electronic",
        "central_authority_from": law(sender).central_authority.name,
        "central_authority_to": OURS.central_authority.name,
        "authority": "The police that run the case",
        "instrument": "convention",
        "scope": "convention-offence",
        "articles": ("13",),
        "offence": Offence(name="Fraud", law="section 1 of its penal code", maximum_years=6),
        "facts": "Nine people paid for shares of a firm that did not exist, after they were deceived online.",
        "purpose": "The trial of the person who deceived them.",
        "use": "This case only.",
        "assurances": PROMISED,
    }
    return AssistanceRequest(requesting=sender, requested="XA", measures=measures, **{**given, **more})


FRAUD = {
    "person-deceived": "yes",
    "property-lost": "yes",
    "aim-gain": "yes",
    "through-system": "yes",
    "on-purpose": "yes",
    "without-right": "yes",
}
EXTORTION = {"threat-for-payment": "yes", "aim-gain": "yes", "on-purpose": "yes", "without-right": "yes"}


def decided(request: AssistanceRequest, **known: object) -> tuple[str, set[str]]:
    answer = respond(request, OURS, Circumstances.from_json(known))
    return answer.decision, {ground for one in answer.measures for ground in one.grounds}


def test_question_1_names_what_is_open(keys):
    wishes = {
        "1": ("XD", Matter(articles=("10",), maximum_years=6)),
        "2": ("XD", Matter(maximum_years=12)),
        "3": ("XD", Matter(wanted="extradition", maximum_years=12)),
        "4": ("XC", Matter(articles=("7",), maximum_years=2)),
        "5": ("XF", Matter(wanted="extradition", articles=("13",), maximum_years=6)),
        "6": ("XB", Matter(maximum_years=2, electronic=False)),
        "7": ("XF", Matter(articles=("7",), maximum_years=2)),
    }
    for number, (partner, matter) in wishes.items():
        found = fitting("XA", partner, matter, DAY)
        treaties = {fit.instrument for fit in found if fit.fits != "no"} - {"reciprocity", "police"}
        expected = {
            frozenset({"convention"}): "a" if matter.articles else "b",
            frozenset({"convention", "budapest"}): "c",
            frozenset({"treaty-xa-xb"}): "d",
            frozenset({"treaty-xa-xf"}): "e",
            frozenset(): "f",
        }[frozenset(treaties)]
        assert keys["m06-q1"][number] == expected, (number, treaties)


def test_questions_4_to_6_are_answered_as_the_responder_of_aldermark_answers(keys):
    said = {row: one["decision"] for q in "456" for row, one in keys[f"m06-q{q}"].items()}
    records = Measure(id="m1", what="records", holder="Bank of the Quay, Fjordholm", need="To follow it")
    expected = {
        "A": decided(asked("XB", records), conduct=FRAUD, tax=True, bank_secrecy=True),
        "B": decided(asked("XC", stored("brisk.tern@havnmail.example", "content"), facts=""), conduct=None),
        "C": decided(
            asked(
                "XD",
                records,
                Measure(id="m2", what="stored-data", holder="Havnmail", data=stored("her", "content").data),
            ),
            conduct=FRAUD,
            needed=[{"what": "records"}],
        ),
        "E": decided(
            asked("XB", Measure(id="m1", what="search-seizure", holder="A flat", need="To find the money")),
            conduct=FRAUD,
            own_case=[{"until": "2026-05-29"}],
        ),
        "F": decided(asked("XB", records, assurances=()), conduct=FRAUD),
        "G": decided(
            asked("XD", Measure(**{**_fields(stored("his.phone", "content")), "what": "interception"})),
            conduct=FRAUD,
        ),
    }
    assert {row: one[0] for row, one in expected.items()} == {
        row: said[row].split("-")[0] for row in expected
    }
    assert expected["E"][1] == {"40(27)"} and expected["G"][1] == {"40(21)(c)"}
    assert said["G"] == "refuse-home"


def _fields(measure: Measure) -> dict[str, object]:
    return {name: getattr(measure, name) for name in measure.__dataclass_fields__}


def test_question_5_turns_with_the_aim_and_not_with_the_penalty(keys):
    request = asked(
        "XD",
        stored("tide.watcher@havnmail.example", "subscriber", "content"),
        scope="serious-crime-evidence",
        articles=(),
        offence=Offence(name="Digital extortion", law="art. 16", maximum_years=8),
    )
    aim = {"strength": "substantial", "reason": "political opinions", "text": "The note says so."}
    files = {
        "1": decided(request, conduct=EXTORTION, persecution=aim),
        "2": decided(request, conduct=EXTORTION, political=True),
        "3": decided(request, conduct=EXTORTION, persecution=aim),
    }
    said = {row: one["decision"] for row, one in keys["m06-q5"].items()}
    assert files == {"1": ("refuse", {"40(22)"}), "2": ("grant", set()), "3": ("refuse", {"40(22)"})}
    assert said == {"1": "refuse-persecution", "2": "grant", "3": "refuse-persecution"}


def test_question_7_deltara_prosecutes_where_it_refuses_for_nationality_alone():
    wanted = ExtraditionRequest(
        requesting="XA",
        requested="XD",
        person=Person(name="Elvino Marejada", place="San Ruel", nationality="XD", role="suspect"),
        articles=("10",),
        stage="prosecution",
    )
    hindered = {
        "system-hindered": "yes",
        "hindered-by-data": "yes",
        "on-purpose": "yes",
        "without-right": "yes",
    }
    answer = respond(wanted, law("XD"), Circumstances.from_json({"conduct": hindered, "own_national": True}))
    assert answer.prosecute


def test_of_the_nine_files_no_answer_is_right_often(keys):
    given = [one["decision"] for q in "456" for one in keys[f"m06-q{q}"].values()]
    assert len(given) == 9
    assert max(map(given.count, given)) == 2
    refused = [one for one in given if one.startswith("refuse")]
    assert len(refused) == 3 and len(given) - len(refused) == 6


def test_the_card_of_aldermark_says_what_its_rules_say(text):
    card = text[text.index("**What the law of Aldermark says") : text.index('"m06-q1"')]
    assert OURS.needs_dual_criminality("search-seizure", "") and not OURS.needs_dual_criminality(
        "records", ""
    )
    assert "asked for a search, for measures in real time and for freezing" in card
    assert OURS.trusts == ("XC",) or set(OURS.trusts) == {"XC"}
    assert set(OURS.data_needs) == set(PROMISED)
    assert "go to Corvessa as they are" in card
    assert OURS.extradition.nationals == "return" and "if they come back to serve the sentence" in card
