"""Logs of three habits: zones stated, zones given, and clocks that run wrong or are set back."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable, UsageError
from hanoikit.evidence import logs

WEB = '192.0.2.7 - ada [10/Oct/2025:13:55:36 +0700] "GET /a%20b?q=1 HTTP/1.1" 200 2326 "-" "A \\"quoted\\" agent"'
COMMON = '2001:db8::1 - - [10/Oct/2025:13:55:36 -0330] "POST /login HTTP/1.1" 302 -'


def test_a_web_log_line_is_read_with_the_zone_it_states():
    line, other = logs.parse([WEB, COMMON], zone="Asia/Tokyo")
    assert line.kind == "web"
    assert line.zone_stated
    assert line.instant == datetime(2025, 10, 10, 6, 55, 36, tzinfo=UTC)
    assert line.stored == datetime(2025, 10, 10, 13, 55, 36)
    assert (line.fields["client"], line.fields["user"], line.fields["status"]) == ("192.0.2.7", "ada", "200")
    assert (line.fields["method"], line.fields["path"]) == ("GET", "/a%20b?q=1")
    assert "referrer" not in line.fields
    assert other.instant == datetime(2025, 10, 10, 17, 25, 36, tzinfo=UTC)
    assert other.fields["client"] == "2001:db8::1"
    assert "size" not in other.fields


def test_a_web_request_that_is_no_http_is_still_a_line():
    (line,) = logs.parse(['192.0.2.7 - - [10/Oct/2025:13:55:36 +0000] "\\x16\\x03\\x01" 400 0 "-" "-"'])
    assert line.instant
    assert "method" not in line.fields


def test_a_syslog_line_takes_year_and_zone_from_the_caller():
    (line,) = logs.parse(
        ["Jan  5 07:08:09 gate sshd[411]: Failed password for root"], zone="Asia/Bangkok", year=2026
    )
    assert line.instant == datetime(2026, 1, 5, 0, 8, 9, tzinfo=UTC)
    assert not line.zone_stated
    assert line.fields == {
        "host": "gate", "process": "sshd", "pid": "411", "message": "Failed password for root"
    }  # fmt: skip


def test_the_year_goes_on_at_new_year_and_back_for_a_late_line():
    text = [
        "Dec 31 23:59:58 gate cron: a",
        "Jan  1 00:00:01 gate cron: b",
        "Dec 31 23:59:59 gate cron: c",
        "Jan  1 00:00:02 gate cron: d",
        "Feb  1 00:00:00 gate cron: e",
    ]
    years = [line.instant.year for line in logs.parse(text, zone="UTC", year=2025)]
    assert years == [2025, 2026, 2025, 2026, 2026]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-29T01:02:03Z start", datetime(2026, 3, 29, 1, 2, 3, tzinfo=UTC)),
        ("2026-03-29 01:02:03,250 start", datetime(2026, 3, 28, 18, 2, 3, 250000, tzinfo=UTC)),
        ("2026-03-29T01:02:03.123456789+02:00 start", datetime(2026, 3, 28, 23, 2, 3, 123456, tzinfo=UTC)),
        ("2026-03-29 01:02:03 -0500 start", datetime(2026, 3, 29, 6, 2, 3, tzinfo=UTC)),
        ("2026-03-29 01:02:03 UTC start", datetime(2026, 3, 29, 1, 2, 3, tzinfo=UTC)),
        ("2026-03-29 01:02:03", datetime(2026, 3, 28, 18, 2, 3, tzinfo=UTC)),
        ("2026-12-31 23:59:60 leap", datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)),
    ],
)
def test_iso_lines_are_read_with_or_without_a_zone(text, instant):
    (line,) = logs.parse([text], zone="+07:00")
    assert line.kind == "iso"
    assert line.instant == instant


def test_a_number_behind_the_time_is_no_zone():
    (line,) = logs.parse(["2026-03-29 01:02:03 -120000 bytes freed"], zone="UTC")
    assert not line.zone_stated
    assert line.fields["message"] == "-120000 bytes freed"


def test_a_missing_zone_or_year_is_asked_for_not_guessed():
    with pytest.raises(UsageError, match="no zone") as caught:
        logs.parse(["2026-03-29 01:02:03 start"], source="gw.log")
    assert caught.value.where == "gw.log:1"
    with pytest.raises(UsageError, match="no year"):
        logs.parse(["Jan  5 07:08:09 gate sshd: x"], zone="UTC")
    with pytest.raises(UsageError, match="no time zone"):
        logs.parse([WEB], zone="Atlantis")


# skew


def test_the_skew_is_taken_out_with_the_stated_sign():
    text = ["2026-03-29 01:10:00Z event"]
    (ahead,) = logs.parse(text, skew=timedelta(minutes=10))
    (behind,) = logs.parse(text, skew=timedelta(minutes=-10))
    assert ahead.instant == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert behind.instant == datetime(2026, 3, 29, 1, 20, tzinfo=UTC)
    assert ahead.logged == behind.logged == datetime(2026, 3, 29, 1, 10, tzinfo=UTC)


@given(st.integers(-90_000, 90_000), st.lists(st.integers(0, 10**7), min_size=1, max_size=9))
def test_a_measured_skew_brings_a_log_back_to_true_time(seconds, offsets):
    skew = timedelta(seconds=seconds)
    true = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=offset) for offset in offsets]
    measured = logs.estimate_skew((moment + skew, moment) for moment in true)
    assert measured.value == skew
    assert measured.spread == timedelta(0)
    lines = logs.parse([f"{moment + skew:%Y-%m-%dT%H:%M:%SZ} event" for moment in true], skew=measured)
    assert [line.instant for line in lines] == true


def test_one_wrong_pair_does_not_move_the_measured_skew():
    true = datetime(2026, 1, 1, 12, tzinfo=UTC)
    pairs = [(true + timedelta(hours=n, seconds=420), true + timedelta(hours=n)) for n in range(4)]
    measured = logs.estimate_skew([*pairs, (true + timedelta(days=2), true)])
    assert measured.value == timedelta(seconds=420)
    assert measured.count == 5
    assert measured.spread > timedelta(days=1)


def test_measuring_needs_pairs_with_zones():
    with pytest.raises(UsageError, match="at least one"):
        logs.estimate_skew([])
    with pytest.raises(UsageError, match="without a zone"):
        logs.estimate_skew([(datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC))])


# nights on which clocks change


def test_an_hour_that_comes_twice_is_flagged_and_resolved_by_the_order_of_lines():
    text = ["01:59:00", "02:30:00", "02:59:00", "02:01:00", "02:30:00", "03:05:00"]
    lines = logs.parse([f"2026-10-25 {each} x" for each in text], zone="Europe/Berlin")
    assert [line.ambiguous for line in lines] == [False, True, True, True, True, False]
    expected = ["23:59", "00:30", "00:59", "01:01", "01:30", "02:05"]
    assert [f"{line.instant:%H:%M}" for line in lines] == expected
    assert lines[1].alternative - lines[1].instant == timedelta(hours=1)
    assert lines[4].instant - lines[4].alternative == timedelta(hours=1)
    assert [finding.code for finding in logs.problems(lines)] == ["time-ambiguous"] * 4


def test_a_stated_offset_is_never_ambiguous():
    (line,) = logs.parse(["2026-10-25T02:30:00+01:00 x"], zone="Europe/Berlin")
    assert not line.ambiguous


def test_a_local_time_that_never_was_is_flagged():
    (line,) = logs.parse(["2026-03-29 02:30:00 x"], zone="Europe/Berlin")
    assert line.skipped
    assert [finding.code for finding in logs.problems([line])] == ["time-skipped"]


# what cannot be read stays


def test_unreadable_lines_are_kept_in_place_and_reported():
    text = [
        "2026-03-29T01:00:00Z first",
        "Traceback (most recent call last):",
        "",
        "2026-02-30T01:00:00Z impossible",
        "2026-03-29T02:00:00Z last",
    ]
    lines = logs.parse(text, source="app.log")
    assert [line.number for line in lines] == [1, 2, 4, 5]
    assert [bool(line.problem) for line in lines] == [False, True, True, False]
    assert [finding.where for finding in logs.problems(lines)] == ["app.log:2", "app.log:4"]
    assert [line.number for line in logs.timeline(lines)] == [1, 2, 4, 5]


def test_several_logs_become_one_timeline_in_true_order():
    web = logs.parse([WEB], source="web")
    gate = logs.parse(["2026-01-01 00:00:00 late", "  detail of late"], zone="UTC", source="gate")
    auth = logs.parse(
        ["Oct 10 09:02:36 x sshd: same moment", "Oct 10 09:02:35 x sshd: a second before"],
        zone="+02:00", year=2025, skew=timedelta(minutes=7), source="auth",
    )  # fmt: skip
    merged = logs.timeline(gate, web, auth)
    names = [(line.source, line.number) for line in merged]
    assert names == [("auth", 2), ("web", 1), ("auth", 1), ("gate", 1), ("gate", 2)]
    assert merged[1].instant == merged[2].instant == datetime(2025, 10, 10, 6, 55, 36, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 10**6)), max_size=30))
def test_a_timeline_loses_no_line_and_is_in_order(events):
    sources = [
        logs.parse(
            [f"{datetime(2026, 1, 1) + timedelta(seconds=second):%Y-%m-%d %H:%M:%S} e"
             for which, second in events if which == number],
            zone="UTC", source=str(number),
        )
        for number in range(3)
    ]  # fmt: skip
    merged = logs.timeline(*sources)
    assert len(merged) == len(events)
    assert [line.instant for line in merged] == sorted(line.instant for line in merged)


def test_files_are_read_with_odd_bytes_shown_and_marks_of_origin(tmp_path):
    path = tmp_path / "gate.log"
    path.write_bytes(b"\xef\xbb\xbf2026-03-29T01:00:00Z caf\xe9\r\n2026-03-29T01:00:01Z ok\n")
    first, second = logs.read(path)
    assert first.fields["message"] == "caf\\xe9"
    assert (first.source, second.number) == ("gate.log", 2)
    assert str(second) == "2026-03-29 01:00:01Z  gate.log:2  2026-03-29T01:00:01Z ok"


def test_an_empty_log_has_no_lines(tmp_path):
    (tmp_path / "empty.log").touch()
    assert logs.read(tmp_path / "empty.log") == []


def test_what_is_no_log_is_refused(tmp_path):
    (tmp_path / "x.log.gz").write_bytes(gzip.compress(b"2026-03-29T01:00:00Z x\n" * 500) + bytes(8))
    (tmp_path / "poem.log").write_text("roses are red\nviolets are blue\n")
    with pytest.raises(ArtefactUnreadable, match="no text"):
        logs.read(tmp_path / "x.log.gz", zone="UTC")
    with pytest.raises(ArtefactUnreadable, match="No line") as caught:
        logs.read(tmp_path / "poem.log", zone="UTC")
    assert len(caught.value.findings) == 2
    with pytest.raises(ArtefactUnreadable, match="No such file"):
        logs.read(tmp_path / "gone.log")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    for line in logs.parse([text], zone="Europe/Berlin", year=2026):
        assert line.instant or line.problem
