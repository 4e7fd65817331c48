"""The time bench: a stored time, a zone and a wrong clock give one true time, or a refusal that says why."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs

HELSINKI = "Europe/Helsinki"


@pytest.fixture(scope="module")
def bench(shipped):
    return labs.time_bench(shipped)


def rows(result, table: int = 0) -> dict[str, str]:
    found = BeautifulSoup(result.html, "html.parser").find_all("table")[table]
    cells = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in found.select("tbody tr")]
    return {row[0]: row[1] for row in cells}


def careful(result) -> str:
    return rows(result).get("careful", "")


@pytest.mark.parametrize(
    ("stored", "zone", "said"),
    [
        ("2026-01-15 11:30:00", HELSINKI, "15 January 2026 09:30 UTC"),
        ("2026-07-15T11:30:00", HELSINKI, "15 July 2026 08:30 UTC"),
        ("2026-01-15 11:30:04", "Asia/Kathmandu", "15 January 2026 05:45:04 UTC"),
        ("2026-01-15 02:00:00", "Asia/Bangkok", "14 January 2026 19:00 UTC"),
        ("2026-12-31 23:30:00", "America/Bogota", "1 January 2027 04:30 UTC"),
        ("2026-01-15 11:30", "UTC", "15 January 2026 11:30 UTC"),
    ],
)
def test_a_stored_time_is_turned_into_utc(bench, stored, zone, said):
    result = bench.press("one", "turn", stored=stored, zone=zone)
    assert result.say == f"True time: {said}."
    assert careful(result) == ""


@pytest.mark.parametrize(
    ("error", "direction", "said"),
    [
        ("760", "ahead", "11:17:20"),
        ("760", "behind", "11:42:40"),
        ("0", "behind", "11:30"),
        ("", "ahead", "11:30"),
        ("12,5", "ahead", "11:29:47"),
        ("12.5", "behind", "11:30:12"),
        (760, "behind", "11:42:40"),
    ],
)
def test_a_clock_ahead_is_set_back_and_a_clock_behind_is_set_forward(bench, error, direction, said):
    result = bench.press("one", "turn", stored="2026-01-15 11:30:00", error=error, direction=direction)
    assert result.say == f"True time: 15 January 2026 {said} UTC."


def test_the_steps_show_the_correction_with_its_sign_and_fractions(bench):
    result = bench.press(
        "one", "turn", stored="2026-01-15 11:30:00", zone=HELSINKI, error="12,5", direction="ahead"
    )
    steps = rows(result)
    assert steps["zone on that day"] == "2 hours ahead of UTC"
    assert steps["in UTC, as the clock showed it"] == "15 January 2026 09:30 UTC"
    assert steps["clock corrected by"] == "-12.5 s"
    assert rows(bench.press("one", "turn", error="0"))["clock corrected by"] == "+0 s"
    assert len(rows(result, 1)) == 5


def test_a_local_time_that_the_clocks_jumped_over_is_pointed_out(bench):
    result = bench.press("one", "turn", stored="2026-03-29 03:30:00", zone=HELSINKI)
    assert "jumped over" in careful(result)


@pytest.mark.parametrize(("error", "other"), [("0", "01:30"), ("760", "01:17:20")])
def test_a_local_time_that_came_twice_has_both_readings_an_hour_apart(bench, error, other):
    result = bench.press(
        "one", "turn", stored="2026-10-25 03:30:00", zone=HELSINKI, error=error, direction="ahead"
    )
    first = "00:30" if error == "0" else "00:17:20"
    assert result.say == f"True time: 25 October 2026 {first} UTC."
    assert careful(result).endswith(f"The other reading: 25 October 2026 {other} UTC")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"stored": ""}, "cannot be read"),
        ({"stored": "yesterday"}, "cannot be read"),
        ({"stored": "2026-02-30 10:00:00"}, "cannot be read"),
        ({"stored": "2026-01-15"}, "cannot be read"),
        ({"stored": "2026-01-15T11:30:00+02:00"}, "states its zone itself"),
        ({"stored": "2026-01-15T11:30:00Z"}, "states its zone itself"),
        ({"stored": "0001-01-01 00:00:00", "zone": HELSINKI}, "The year 1 "),
        ({"stored": "9999-12-31 23:59:59", "zone": "America/Bogota"}, "The year 9999 "),
        ({"error": "nan"}, "not a number of seconds"),
        ({"error": "twelve"}, "not a number of seconds"),
        ({"error": "inf"}, "more than a year"),
        ({"error": "1e9"}, "more than a year"),
        ({"error": "-760"}, "minus sign"),
        ({"error": "760", "direction": "sideways"}, "direction"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_in_one_way_is_refused_with_a_reason(bench, values, what):
    result = bench.press("one", "turn", **values)
    assert not result.ok
    assert what in result.say


def test_the_sign_in_of_the_case_is_found_at_its_true_time(bench, true):
    result = bench.press(
        "log",
        "read",
        log="xa-auth.log",
        zone=HELSINKI,
        error=str(-true.skew_seconds),
        direction="behind",
        word="Accepted",
    )
    from hanoikit.labs.timeline import utc

    lines = BeautifulSoup(result.html, "html.parser").select("tbody tr")
    outside = [row.find_all("td")[0].get_text() for row in lines if true.crew_address in row.get_text()]
    assert outside == [utc(true.events["login"])]
    assert "clock-check.txt" in result.html


def test_a_word_that_is_nowhere_gives_no_lines_and_no_table(bench):
    result = bench.press("log", "read", log="xc-web.log", word="no such word")
    assert result.say == "0 lines." and "<table" not in result.html


@pytest.mark.parametrize("name", ["secret.log", "../case/xa-auth.log", ""])
def test_a_file_that_the_case_does_not_have_is_refused(bench, name):
    assert not bench.press("log", "read", log=name).ok


def test_a_line_with_a_script_in_it_stays_text(case):
    with case.path("xa-auth.log").open("a") as log:
        log.write("Mar 30 04:00:00 gate sshd[1]: user <script>alert(1)</script>\n")
    result = labs.time_bench(case).press("log", "read", log="xa-auth.log", zone=HELSINKI, word="<script>")
    assert result.say == "1 line."
    assert "<script>" not in result.html and "&lt;script&gt;" in result.html


def test_a_very_long_log_is_shown_in_part_and_says_so(case):
    line = "Mar 30 04:00:00 gate sshd[1]: noise\n"
    case.path("xa-auth.log").write_text(line * 5000)
    shown = labs.time_bench(case)
    result = shown.press("log", "read", log="xa-auth.log", zone=HELSINKI)
    assert result.say.startswith("5000 lines. The first 60 are shown")
    assert len(result.html) < 100_000
