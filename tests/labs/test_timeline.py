"""The custody log as sentence, table and figure: all three say the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from hanoikit.casework import evidence_case, identities
from hanoikit.evidence.custody import CustodyLog
from hanoikit.labs.timeline import SYMBOLS, custody_timeline, duration, utc

START = datetime(2026, 4, 1, 5, 57, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def people():
    return identities(evidence_case(2026))


def log_of(*steps, people, case="XA-1"):
    """A log with one entry for each (person, minutes after the start, note)."""
    log = CustodyLog(case=case)
    for key, minutes, note in steps:
        log.append(
            action="stored",
            item="EX-1",
            actor=people[key],
            place="Store",
            at=START + timedelta(minutes=minutes),
            note=note,
            entered_late=True,
        )
    return log


def cells(markup) -> list[list[str]]:
    rows = BeautifulSoup(markup, "html.parser").select("tbody tr")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]


def test_an_empty_log_has_a_sentence_an_empty_table_and_a_figure():
    view = custody_timeline(CustodyLog(case="XA-1"))
    assert view.sentence == "The log has no entry yet."
    assert cells(view.table()) == []
    assert len(view.figure().data[1].x) == 0


def test_one_entry_by_one_person_is_told_in_the_singular(people):
    view = custody_timeline(log_of(("specialist", 0, ""), people=people))
    assert view.sentence == "1 entry by 1 person, from 1 April 2026 05:57 UTC to 1 April 2026 05:57 UTC."
    assert len(view.figure().data[1].x) == 1


def test_the_sentence_counts_people_and_names_the_longest_pause(people):
    view = custody_timeline(
        log_of(
            ("first_responder", 0, ""),
            ("specialist", 10, ""),
            ("specialist", 10 + 26 * 60, ""),
            people=people,
        )
    )
    assert view.sentence == (
        "3 entries by 2 people, from 1 April 2026 05:57 UTC to 2 April 2026 08:07 UTC. "
        "The longest pause is 1 day 2 hours, between entries 2 and 3."
    )


def test_two_entries_in_the_same_second_stay_two_in_table_and_figure(people):
    view = custody_timeline(log_of(("specialist", 0, "a"), ("specialist", 0, "b"), people=people))
    assert "pause" not in view.sentence
    assert [row[0] for row in cells(view.table())] == ["1", "2"]
    assert list(view.figure().data[1].text) == ["1", "2"]


def test_the_span_runs_from_the_earliest_to_the_latest_time_also_when_a_time_goes_back(people):
    view = custody_timeline(
        log_of(("specialist", 30, ""), ("specialist", 60, ""), ("specialist", 0, ""), people=people)
    )
    assert "from 1 April 2026 05:57 UTC to 1 April 2026 06:57 UTC" in view.sentence


def test_the_first_broken_link_is_marked_in_sentence_table_and_figure_and_not_by_colour_alone(people):
    log = log_of(("first_responder", 0, ""), ("specialist", 5, ""), people=people)
    view = custody_timeline(log, broken=2)
    assert view.sentence.endswith("The first broken link is entry 2.")
    assert [row[0] for row in cells(view.table())] == ["1", "2 ◀ first broken link"]
    figure = view.figure()
    assert [note.text for note in figure.layout.annotations] == ["first broken link"]
    assert len(set(figure.data[1].marker.color)) == 2


def test_a_first_broken_link_that_was_cut_off_is_said_to_be_missing(people):
    view = custody_timeline(log_of(("specialist", 0, ""), people=people), broken=2)
    assert view.sentence.endswith("The first broken link is entry 2, which is not in this log.")
    assert not view.figure().layout.annotations


def test_a_signer_without_a_certificate_is_an_unknown_signer(people):
    log = log_of(("specialist", 0, ""), ("first_responder", 5, ""), people=people)
    lines = [record.line for record in log.records]
    # The certificate travels in the first entry of each person; take it away.
    value = json.loads(lines[1])
    value["entry"]["certificate"] = ""
    bare = CustodyLog.from_lines(log.header, [lines[0], json.dumps(value, separators=(",", ":")).encode()])
    assert [point.who for point in custody_timeline(bare).points][1] == "unknown signer"


def test_text_from_the_log_stays_text_in_table_and_figure(people):
    view = custody_timeline(log_of(("specialist", 0, SCRIPT), people=people))
    assert SCRIPT not in view.table() and "&lt;script&gt;" in view.table()
    assert cells(view.table())[0][-1] == SCRIPT
    assert SCRIPT not in json.dumps(view.figure().to_plotly_json(), default=str)
    assert view.figure().data[1].customdata[0][2] == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_the_figure_is_small_and_each_action_of_the_case_has_its_own_sign(shipped):
    log = CustodyLog.load(shipped.path("custody.jsonl"))
    figure = custody_timeline(log).figure()
    assert len(figure.to_json()) < 30_000
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    assert figure.layout.height > 300 and len(figure.data[1].x) == len(log)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (760, "12 minutes 40 seconds"),
        (3600, "1 hour"),
        (86400 + 1, "1 day 1 second"),
        (3 * 86400 + 5 * 3600 + 59, "3 days 5 hours"),
        (-65, "−1 minute 5 seconds"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds, text):
    assert duration(timedelta(seconds=seconds)) == text


def test_a_moment_is_told_in_utc_whatever_its_zone():
    from zoneinfo import ZoneInfo

    assert utc(datetime(2026, 4, 1, 8, 57, tzinfo=ZoneInfo("Europe/Helsinki"))) == "1 April 2026 05:57 UTC"
    assert utc(datetime(2026, 4, 1, 5, 57, 9, tzinfo=UTC)) == "1 April 2026 05:57:09 UTC"
