"""The shipped files agree with the truth when programs read them that know nothing of the generators.

libewf and the sleuthkit, dkimpy, dpkt and scapy, Pillow; the logs are read here line by line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from hanoikit.casework import SHIPPED_SEEDS, evidence_case, open_case
from hanoikit.casework.truth import truth

XA = ZoneInfo("Europe/Helsinki")

pytestmark = pytest.mark.parametrize("seed", SHIPPED_SEEDS)


@pytest.fixture
def case(tmp_path, seed):
    return open_case(into=tmp_path / "case", seed=seed)


@pytest.fixture
def true(seed):
    return truth("m04", seed)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def media(case):
    import pyewf

    handle = pyewf.handle()
    handle.open([str(case.path("usb.E01"))])
    data = handle.read(handle.get_media_size())
    stored = (handle.get_hash_value("MD5"), handle.get_hash_value("SHA1"))
    handle.close()
    return data, stored


def test_the_image_holds_the_medium_of_the_truth_and_stores_its_own_hashes(media, true):
    data, stored = media
    assert (len(data), sha256(data)) == (true.media_size, true.media_sha256) == (8 << 20, sha256(data))
    assert stored == (true.media_md5, true.media_sha1)
    assert hashlib.sha1(data).hexdigest() == true.media_sha1


def test_no_hash_of_the_custody_log_is_the_hash_of_the_e01_file(case, true):
    # The medium's hash is in the log, the file's is in the list of exhibits: two different things.
    assert true.sha256["usb.E01"].encode() not in case.path("custody.jsonl").read_bytes()
    assert true.media_sha256 != true.sha256["usb.E01"]


def listing(data, tmp_path):
    import pytsk3

    raw = tmp_path / "usb.raw"
    raw.write_bytes(data)
    system = pytsk3.FS_Info(pytsk3.Img_Info(str(raw)))
    found = {}
    for entry in system.open_dir("/"):
        name = entry.info.name.name.decode()
        meta = entry.info.meta
        if meta is None or name.startswith("$") or meta.type != pytsk3.TSK_FS_META_TYPE_REG:
            continue
        deleted = not int(entry.info.name.flags) & pytsk3.TSK_FS_NAME_FLAG_ALLOC
        content = entry.read_random(0, meta.size) if meta.size else b""
        found[name] = (deleted, meta.size, content)
    return found


def test_the_sleuthkit_lists_what_the_truth_says_and_recovers_the_deleted_file(media, true, tmp_path):
    found = {name: row for name, row in listing(media[0], tmp_path).items() if "Volume Label" not in name}
    assert {name for name, (deleted, *_) in found.items() if not deleted} == set(true.stick_files)
    assert {name for name, (deleted, *_) in found.items() if deleted} == {
        true.deleted.listed_as,
        true.overwritten.listed_as,
    }
    _, size, content = found[true.deleted.listed_as]
    assert (size, sha256(content)) == (true.deleted.size, true.deleted.sha256)
    assert found[true.overwritten.listed_as][1] == true.overwritten.size


def test_the_recovered_ledger_adds_up_to_the_truth(media, true, tmp_path):
    _, _, content = listing(media[0], tmp_path)[true.deleted.listed_as]
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    totals = {}
    for row in rows:
        totals[row["state"]] = totals.get(row["state"], 0) + int(row["amount"])
    assert len(rows) == true.payments
    assert totals == dict(true.payments_by_state)
    assert sum(totals.values()) == true.payments_total


def test_of_the_overwritten_files_exactly_the_known_part_is_on_the_medium(media, true, seed):
    from hanoikit.casework.stick import stick_files

    data, _ = media
    originals = stick_files(evidence_case(seed))
    for part in (true.overwritten, true.nameless):
        original = originals[part.name]
        assert (len(original), sha256(original)) == (part.size, part.sha256)
        left = data[part.media_offset : part.media_offset + part.remains]
        assert sha256(left) == part.remaining_sha256
        assert left == original[part.remains_from :]
        assert part.remains_from + part.remains == part.size
        # What is gone is gone: no other piece of it lies anywhere else.
        assert original[part.remains_from - 200 : part.remains_from] not in data
        assert original[:200] not in data
    assert b"WAVE1" not in data
    assert true.nameless.listed_as == ""


@pytest.mark.skipif(shutil.which("fls") is None, reason="fls is part of the package sleuthkit")
def test_fls_shows_the_stored_local_times_and_moves_them_with_its_own_zone(case, true):
    def modified(zone):
        text = subprocess.run(
            ["fls", "-l", str(case.path("usb.E01"))],
            env={"TZ": zone, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        line = next(line for line in text.splitlines() if true.deleted.listed_as in line)
        return line.split("\t")[2][:19]

    assert modified("UTC") == true.deleted.modified_local
    shown = datetime.fromisoformat(true.deleted.modified_local).replace(tzinfo=XA)
    assert shown.astimezone(UTC) == true.deleted.modified == true.events["ledger_written"]


@pytest.mark.skipif(shutil.which("ewfinfo") is None, reason="ewfinfo is part of the package ewf-tools")
def test_ewfinfo_shows_the_case_details(case, true):
    text = subprocess.run(
        ["ewfinfo", str(case.path("usb.E01"))], capture_output=True, text=True, check=True
    ).stdout
    for wanted in (true.case_number, f"{true.case_number}/01", true.people["specialist"], true.media_md5):
        assert wanted in text


def test_the_photo_on_the_stick_is_the_photo_in_the_folder(case, media, true, tmp_path):
    assert sha256(listing(media[0], tmp_path)["photo.jpg"][2]) == true.sha256["photo.jpg"]


def test_dkimpy_accepts_signature_and_seal_and_refuses_a_changed_mail(case, true):
    import dkim

    zone = json.loads(case.path("dns-zone.json").read_text())
    mail = case.path("lure.eml").read_bytes()

    def ask(name, timeout=5):
        return zone.get(name.decode().rstrip("."), "").encode()

    assert dkim.verify(mail, dnsfunc=ask) is (true.dkim == "pass") is True
    assert dkim.arc_verify(mail, dnsfunc=ask)[0].decode() == true.arc == "pass"
    changed = mail.replace(b"invoice over", b"invoice  0ver")
    assert not dkim.verify(changed, dnsfunc=ask)
    assert dkim.arc_verify(changed, dnsfunc=ask)[0] == b"fail"
    assert set(zone) == {f"s2026._domainkey.{true.dkim_domain}", f"arc1._domainkey.{true.arc_domain}"}


def test_the_received_lines_tell_the_way_through_four_zones(case, true, seed):
    message = message_from_bytes(case.path("lure.eml").read_bytes(), policy=policy.default)
    stamps = [
        datetime.strptime(" ".join(line.split(";")[-1].split()), "%a, %d %b %Y %H:%M:%S %z")
        for line in reversed(message.get_all("Received"))
    ]
    sent = message["Date"].datetime
    assert sent == true.events["lure_sent"]
    assert stamps[-1] == true.events["lure_delivered"]
    assert [sent, *stamps] == sorted([sent, *stamps])
    offsets = [moment.utcoffset() / timedelta(hours=1) for moment in (sent, *stamps)]
    assert offsets == [5.75, 7, -5, 2]
    assert evidence_case(seed).lure.link in message.get_content()


def test_the_capture_shows_name_lookup_handshake_and_the_posted_password(case, true):
    import dpkt

    with case.path("gateway.pcap").open("rb") as file:
        frames = [(when, dpkt.ethernet.Ethernet(data)) for when, data in dpkt.pcap.Reader(file)]
    first = frames[0][1].data.data
    assert dpkt.dns.DNS(first.data).qd[0].name == true.lure_host
    answer = dpkt.dns.DNS(frames[1][1].data.data.data).an[0]
    assert ".".join(str(byte) for byte in answer.rdata) == true.lure_address
    assert [frame.data.data.flags for _, frame in frames[2:5]] == [0x02, 0x12, 0x10]
    when, post = next((w, f) for w, f in frames if bytes(f.data.data.data).startswith(b"POST"))
    request = dpkt.http.Request(post.data.data.data)
    assert request.headers["host"] == true.lure_host
    from urllib.parse import parse_qs

    assert parse_qs(request.body.decode()) == {"user": [true.username], "password": [true.password]}
    assert datetime.fromtimestamp(frames[0][0], UTC) == true.events["click"]
    assert datetime.fromtimestamp(when, UTC) == true.events["credentials_posted"]


def test_every_checksum_in_the_capture_is_right(case):
    def sum16(data):
        data += b"\0" * (len(data) % 2)
        total = sum(int.from_bytes(data[n : n + 2], "big") for n in range(0, len(data), 2))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        return total

    import dpkt

    with case.path("gateway.pcap").open("rb") as file:
        for _, data in dpkt.pcap.Reader(file):
            packet = data[14:]
            length = int.from_bytes(packet[2:4], "big")
            assert length == len(packet)
            assert sum16(packet[:20]) == 0xFFFF
            pseudo = packet[12:20] + bytes((0, packet[9])) + (length - 20).to_bytes(2, "big")
            assert sum16(pseudo + packet[20:]) == 0xFFFF


def test_pillow_reads_the_position_and_both_times_of_the_photo(case, true):
    from PIL import ExifTags, Image

    with Image.open(case.path("photo.jpg")) as picture:
        picture.verify()
        exif = picture.getexif()
    gps, detail = exif.get_ifd(ExifTags.IFD.GPSInfo), exif.get_ifd(ExifTags.IFD.Exif)

    def decimal(parts, ref):
        value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
        return -value if ref in "SW" else value

    assert decimal(gps[2], gps[1]) == pytest.approx(true.latitude, abs=1e-9)
    assert decimal(gps[4], gps[3]) == pytest.approx(true.longitude, abs=1e-9)
    clock = "{:02.0f}:{:02.0f}:{:02.0f}".format(*(float(part) for part in gps[7]))
    taken = datetime.strptime(f"{gps[29]} {clock}", "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    assert taken == true.events["photo_taken"]
    wall = datetime.strptime(detail[ExifTags.Base.DateTimeOriginal], "%Y:%m:%d %H:%M:%S")
    offset = timedelta(minutes=true.photo_offset_minutes)
    assert wall.replace(tzinfo=timezone(offset)) == taken
    written = detail.get(ExifTags.Base.OffsetTimeOriginal)
    assert (written is not None) == true.photo_has_offset
    if written:
        sign = -1 if offset < timedelta(0) else 1
        hours, minutes = written[1:].split(":")
        assert sign * timedelta(hours=int(hours), minutes=int(minutes)) == offset


def gateway_lines(case):
    for line in case.path("xa-gateway.log").read_text().splitlines():
        yield datetime.fromisoformat(line[:19]), line


def test_the_gateway_log_gives_the_events_once_its_zone_is_known(case, true):
    def at(*needles):
        wall = next(wall for wall, line in gateway_lines(case) if all(needle in line for needle in needles))
        return wall.replace(tzinfo=XA).astimezone(UTC)

    assert at(f"{true.workstation}:", f"-> {true.lure_address}:80") == true.events["click"]
    assert at(f"ALLOW TCP {true.crew_address}:") == true.events["login"]
    assert at(f"-> {true.crew_address}:") == true.events["export"]


def test_the_gateway_log_crosses_the_hour_that_does_not_exist(case):
    walls = [wall for wall, _ in gateway_lines(case)]
    assert walls == sorted(walls)
    assert not [w for w in walls if datetime(2026, 3, 29, 3) <= w < datetime(2026, 3, 29, 4)]
    before = max(w for w in walls if w < datetime(2026, 3, 29, 3))
    after = min(w for w in walls if w >= datetime(2026, 3, 29, 4))
    assert after - before > timedelta(hours=1)
    assert after.replace(tzinfo=XA).astimezone(UTC) - before.replace(tzinfo=XA).astimezone(UTC) < timedelta(
        minutes=15
    )


def test_the_web_log_agrees_with_the_capture_to_the_second(case, true):
    stamps = {}
    for line in case.path("xc-web.log").read_text().splitlines():
        found = re.fullmatch(r'(\S+) - - \[(.+?)\] "(\w+) (\S+) HTTP/1.1" \d+ \d+ "[^"]*" "[^"]*"', line)
        stamps.setdefault((found[1], found[3]), datetime.strptime(found[2], "%d/%b/%Y:%H:%M:%S %z"))
    assert stamps[true.workstation, "GET"] == true.events["click"]
    assert stamps[true.workstation, "POST"] == true.events["credentials_posted"]
    assert {moment.utcoffset() for moment in stamps.values()} == {timedelta(hours=7)}
    assert (true.crew_address, "GET") in stamps


def test_the_skew_follows_from_the_clock_check_and_corrects_the_sign_in_log(case, true):
    text = case.path("clock-check.txt").read_text()
    reference, shown = (
        datetime.fromisoformat(re.search(rf"{name} clock +: (\S+ \S+?)[ ,]", text)[1])
        for name in ("Reference", "Server")
    )
    skew = shown - reference
    assert skew.total_seconds() == true.skew_seconds
    log = case.path("xa-auth.log").read_text().splitlines()
    line = next(
        line for line in log if f"Accepted password for {true.username} from {true.crew_address}" in line
    )
    wall = datetime.strptime(f"2026 {line[:15]}", "%Y %b %d %H:%M:%S")
    assert wall.replace(tzinfo=XA).astimezone(UTC) - skew == true.events["login"]
    taken = next(line for line in log if "export of table" in line)
    wall = datetime.strptime(f"2026 {taken[:15]}", "%Y %b %d %H:%M:%S")
    assert wall.replace(tzinfo=XA).astimezone(UTC) - skew == true.events["export"]


def test_the_hashes_of_the_truth_are_those_of_the_files(case, true):
    for name, digest in true.sha256.items():
        assert sha256(case.path(name).read_bytes()) == digest
