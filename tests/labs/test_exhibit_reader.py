"""The exhibit reader: what it says about mail, packets and photo is what the truth about the case says."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.casework import SHIPPED_SEEDS, open_case
from hanoikit.casework.truth import truth
from hanoikit.labs.timeline import utc

SCRIPT = "<script>alert(1)</script>"


def words(result) -> str:
    return BeautifulSoup(result.html, "html.parser").get_text(" ", strip=True)


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_all_three_exhibits_say_what_the_truth_says(tmp_path, seed):
    true = truth("m04", seed)
    reader = labs.exhibit_reader(open_case(into=tmp_path / "case", seed=seed))
    mail = reader.press("mail", "read")
    assert mail.ok and true.dkim_domain in mail.say
    assert utc(true.events["lure_delivered"]) in words(mail)
    assert "not the person" in words(mail)
    packets = words(reader.press("capture", "read"))
    for told in (true.lure_host, true.lure_address, true.workstation, utc(true.events["credentials_posted"])):
        assert told in packets
    photo = words(reader.press("photo", "read"))
    assert utc(true.events["photo_taken"]) in photo
    assert ("not stated" in photo) != true.photo_has_offset
    for name in ("spec", "results"):
        assert len(json.dumps(getattr(reader, name))) < 100_000


def test_a_mail_that_was_changed_does_not_hold(case):
    path = case.path("lure.eml")
    path.write_bytes(path.read_bytes() + b"One more line.\r\n")
    assert labs.exhibit_reader(case).press("mail", "read").say == "Not every signature holds."


def test_scripts_in_headers_body_and_packets_stay_text(case):
    path = case.path("lure.eml")
    head, _blank, body = path.read_bytes().partition(b"\r\n\r\n")
    head = b"\r\n".join(b"Subject: " + SCRIPT.encode() if line.startswith(b"Subject:") else line
                        for line in head.split(b"\r\n"))  # fmt: skip
    path.write_bytes(head + b"\r\n\r\n" + SCRIPT.encode() + b"\r\n" + body)
    reader = labs.exhibit_reader(case)
    result = reader.press("mail", "read")
    assert "<script" not in result.html and SCRIPT in words(result)
    capture = case.path("gateway.pcap")
    data = capture.read_bytes()
    assert data.count(b"user=") == 1
    capture.write_bytes(data.replace(b"user=", b"<b>1="))
    assert "<b>" not in reader.press("capture", "read").html


@pytest.mark.parametrize("name", ["lure.eml", "gateway.pcap", "photo.jpg"])
def test_a_damaged_exhibit_is_an_answer_and_no_crash(case, name):
    path = case.path(name)
    step = {"lure.eml": "mail", "gateway.pcap": "capture", "photo.jpg": "photo"}[name]
    whole = path.read_bytes()
    for left in (0, 10, len(whole) // 2):
        path.write_bytes(whole[:left])
        result = labs.exhibit_reader(case).press(step, "read")
        assert result.say
