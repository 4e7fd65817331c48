"""The kit's own readers, on the files that a trainee receives, find what the truth says."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from hanoikit.casework import SHIPPED_SEEDS, evidence_case, open_case
from hanoikit.casework.stick import stick_files
from hanoikit.casework.truth import truth
from hanoikit.evidence import capture, logs, mail, photo
from hanoikit.evidence.acquisition import open_image

pytestmark = pytest.mark.parametrize("seed", SHIPPED_SEEDS)
ZONE = "Europe/Helsinki"


@pytest.fixture
def case(tmp_path, seed):
    return open_case(into=tmp_path / "case", seed=seed)


@pytest.fixture
def true(seed):
    return truth("m04", seed)


def test_the_image_verifies_and_says_when_it_was_acquired(case, true):
    with open_image(case.path("usb.E01")) as image:
        assert image.verify() == []
        assert image.media_digest(("sha256",))["sha256"] == true.media_sha256
        assert image.headers["acquired_at"] == true.events["acquired"].isoformat()
        assert image.headers["case_number"] == true.case_number


def test_what_can_be_recovered_is_what_the_truth_says(case, true, seed):
    originals = stick_files(evidence_case(seed))
    with open_image(case.path("usb.E01")) as image:
        whole = image.recover(image.find(true.deleted.listed_as))
        assert whole.complete
        assert whole.sha256 == true.deleted.sha256
        part = image.recover(image.find(true.overwritten.listed_as))
        assert not part.complete
        assert part.size_recovered == true.overwritten.remains
        assert [(gap.offset, gap.size) for gap in part.gaps] == [(0, true.overwritten.remains_from)]
        assert part.data[true.overwritten.remains_from :] == originals["targets.csv"][part.gaps[0].size :]
        (piece,) = {(found.offset, found.data) for found in image.carve(b"> paid\r\n")}
        assert piece == (true.nameless.media_offset, originals["wave1.txt"][true.nameless.remains_from :])


def test_the_mail_report_gives_both_verdicts_and_the_first_and_last_time(case, true):
    report = mail.read(case.path("lure.eml"), dns=case.path("dns-zone.json"))
    (signature,) = report.signatures
    assert (signature.domain, signature.result) == (true.dkim_domain, true.dkim)
    assert (report.arc.result, report.arc.sets[0].domain) == (true.arc, true.arc_domain)
    assert report.hops[-1].at.instant == true.events["lure_delivered"]
    assert report.date.instant == true.events["lure_sent"]
    assert parsedate_to_datetime(report.date.text).utcoffset() == timedelta(hours=5, minutes=45)


def test_the_capture_report_gives_question_answer_and_post(case, true):
    report = capture.read(case.path("gateway.pcap"))
    assert report.findings == ()
    (question,) = report.dns
    assert (question.name, question.answers) == (true.lure_host, (true.lure_address,))
    assert question.at == true.events["click"]
    get, post = report.web
    assert (get.request.method, post.request.method) == ("GET", "POST")
    assert post.request.at == true.events["credentials_posted"]
    assert f"user={true.username}&" in post.request.body.decode()
    assert (post.flow.client, post.flow.server) == (true.workstation, true.lure_address)


def test_the_photo_report_gives_position_and_zone(case, true):
    report = photo.read(case.path("photo.jpg"))
    assert report.position.latitude == pytest.approx(true.latitude, abs=1e-6)
    assert report.position.longitude == pytest.approx(true.longitude, abs=1e-6)
    assert report.gps_time == true.events["photo_taken"]
    assert report.implied_offset == timedelta(minutes=true.photo_offset_minutes)
    assert (report.taken.offset is not None) == true.photo_has_offset


def test_the_three_logs_make_one_time_line_once_zone_and_skew_are_given(case, true):
    skew = timedelta(seconds=true.skew_seconds)
    gateway = logs.read(case.path("xa-gateway.log"), zone=ZONE)
    web = logs.read(case.path("xc-web.log"))
    auth = logs.read(case.path("xa-auth.log"), zone=ZONE, year=2026, skew=skew)
    for log in (gateway, web, auth):
        assert logs.problems(log) == []
        instants = [line.instant for line in log]
        assert instants == sorted(instants)
    told = {line.instant: line.raw for line in auth}
    assert f"Accepted password for {true.username}" in told[true.events["login"]]
    assert "export of table" in told[true.events["export"]]
    assert all(line.zone_stated for line in web)
    assert not any(line.zone_stated for line in (*gateway, *auth))


def test_the_two_servers_measure_the_same_skew_as_the_clock_check(case, true):
    # The crew's sign-in and the export are in both logs; the gateway's clock is right.
    gateway = logs.read(case.path("xa-gateway.log"), zone=ZONE)
    auth = logs.read(case.path("xa-auth.log"), zone=ZONE, year=2026)
    right = [line.instant for line in gateway if f"{true.crew_address}:" in line.raw]
    wrong = [
        line.instant
        for line in auth
        if "export of table" in line.raw or f"for {true.username} from {true.crew_address}" in line.raw
    ]
    assert len(right) == len(wrong) == 2
    measured = logs.estimate_skew(zip(wrong, right, strict=True))
    assert measured.value == timedelta(seconds=true.skew_seconds)
    assert measured.spread == timedelta(0)
