"""Photos drawn and tagged with Pillow, read back, and checked against exiftool where it is installed."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from hanoikit.errors import ArtefactUnreadable
from hanoikit.evidence import photo

BASE, GPS = ExifTags.Base, ExifTags.GPS


def dms(value):
    value = round(abs(value) * 360000)
    return IFDRational(value // 360000), IFDRational(value // 6000 % 60), IFDRational(value % 6000, 100)


def draw(path, *, position=None, taken=None, offset=None, gps_time=None, altitude=None, **extra):
    picture = Image.new("RGB", (64, 48), (200, 220, 240))
    ImageDraw.Draw(picture).ellipse((8, 8, 40, 40), fill=(180, 60, 20))
    exif = Image.Exif()
    for name, value in extra.items():
        exif[getattr(BASE, name)] = value
    detail, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    if taken:
        detail[BASE.DateTimeOriginal] = taken
    if offset:
        detail[BASE.OffsetTimeOriginal] = offset
    if position:
        latitude, longitude = position
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N" if latitude >= 0 else "S", dms(latitude)
        gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E" if longitude >= 0 else "W", dms(longitude)
    if altitude is not None:
        gps[GPS.GPSAltitudeRef], gps[GPS.GPSAltitude] = int(altitude < 0), IFDRational(abs(altitude))
    if gps_time:
        gps[GPS.GPSDateStamp] = f"{gps_time:%Y:%m:%d}"
        gps[GPS.GPSTimeStamp] = tuple(
            IFDRational(part) for part in (gps_time.hour, gps_time.minute, gps_time.second)
        )
    picture.save(path, exif=exif)
    return path


def codes(report):
    return [finding.code for finding in report.findings]


def test_a_full_photo_tells_place_time_zone_and_camera(tmp_path):
    path = draw(
        tmp_path / "jetty.jpg", position=(-12.508425, 34.25), taken="2026:03:28 14:02:11", offset="+07:00",
        altitude=-3, Make="Fjellcam", Model="FC-20", Software="1.2",
    )  # fmt: skip
    report = photo.read(path)
    assert (report.format, report.width, report.height) == ("JPEG", 64, 48)
    assert (report.make, report.model, report.software) == ("Fjellcam", "FC-20", "1.2")
    assert report.position.latitude == pytest.approx(-12.508425, abs=1e-5)
    assert report.position.longitude == pytest.approx(34.25)
    assert report.position.altitude == -3
    assert report.position.dms == "12°30′30.3″S 34°15′00.0″E"
    assert report.taken.stored == datetime(2026, 3, 28, 14, 2, 11)
    assert report.taken.instant == datetime(2026, 3, 28, 7, 2, 11, tzinfo=UTC)
    assert report.findings == ()


def test_exiftool_reads_the_same_position(tmp_path):
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool (package libimage-exiftool-perl) is not installed")
    path = draw(tmp_path / "p.jpg", position=(12.508425, -71.9999), taken="2026:03:28 14:02:11")
    done = subprocess.run([program, "-json", "-n", path], check=True, capture_output=True, text=True)
    (theirs,) = json.loads(done.stdout)
    ours = photo.read(path)
    assert ours.position.latitude == pytest.approx(theirs["GPSLatitude"], abs=1e-6)
    assert ours.position.longitude == pytest.approx(theirs["GPSLongitude"], abs=1e-6)
    assert theirs["DateTimeOriginal"] == f"{ours.taken.stored:%Y:%m:%d %H:%M:%S}"


def test_a_missing_position_and_zone_are_findings_not_errors(tmp_path):
    report = photo.read(draw(tmp_path / "p.jpg", taken="2026:03:28 14:02:11"))
    assert codes(report) == ["no-position", "no-zone"]
    assert report.taken.instant is None
    assert str(report.taken) == "2026-03-28 14:02:11, no zone stated"
    assert {finding.severity for finding in report.findings} == {"note"}


def test_a_picture_without_exif_says_so(tmp_path):
    Image.new("RGB", (5, 5)).save(tmp_path / "bare.png")
    report = photo.read(tmp_path / "bare.png")
    assert codes(report) == ["no-exif"]
    assert (report.taken, report.position, report.make) == (None, None, "")


def test_the_gps_time_shows_the_zone_that_the_camera_does_not_state(tmp_path):
    taken = datetime(2026, 3, 28, 19, 47, 11)
    report = photo.read(
        draw(tmp_path / "p.jpg", position=(1, 1), taken=f"{taken:%Y:%m:%d %H:%M:%S}",
             gps_time=taken - timedelta(hours=5, minutes=45, seconds=-20))
    )  # fmt: skip
    assert report.implied_offset == timedelta(hours=5, minutes=45)
    assert codes(report) == ["no-zone", "zone-implied"]
    assert "UTC+05:45" in report.findings[1].message


@pytest.mark.parametrize(
    ("offset", "apart", "code"),
    [("+07:00", timedelta(hours=8), "zone-disagrees"), (None, timedelta(days=3), "clock-disagrees")],
)
def test_a_camera_clock_that_contradicts_the_gps_time_is_reported(tmp_path, offset, apart, code):
    taken = datetime(2026, 3, 28, 14, 0, 0)
    report = photo.read(
        draw(
            tmp_path / "p.jpg",
            position=(1, 1),
            taken="2026:03:28 14:00:00",
            offset=offset,
            gps_time=taken - apart,
        )
    )
    assert code in codes(report)


def test_a_negative_zone_is_printed_with_its_sign(tmp_path):
    taken = datetime(2026, 3, 28, 14, 0, 0)
    report = photo.read(
        draw(tmp_path / "p.jpg", taken="2026:03:28 14:00:00", gps_time=taken + timedelta(hours=3, minutes=30))
    )
    assert "UTC-03:30" in report.findings[-1].message


@pytest.mark.parametrize("position", [(91, 0), (0, 181)])
def test_a_position_outside_the_world_is_refused_and_reported(tmp_path, position):
    report = photo.read(draw(tmp_path / "p.jpg", position=position, taken="2026:03:28 14:00:00", offset="Z"))
    assert report.position is None
    assert codes(report) == ["position-invalid"]


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2026-03-28", "2026:02:30 00:00:00"]
)
def test_an_empty_or_impossible_time_counts_as_none(tmp_path, taken):
    assert "no-time" in codes(photo.read(draw(tmp_path / "p.jpg", taken=taken, position=(1, 1))))


@given(st.floats(-90, 90), st.floats(-180, 180))
@settings(max_examples=30)
def test_every_place_on_earth_reads_back_to_a_hundredth_of_a_second(tmp_path, latitude, longitude):
    report = photo.read(draw(tmp_path / "p.jpg", position=(latitude, longitude)))
    assert report.position.latitude == pytest.approx(latitude, abs=1 / 360000)
    assert report.position.longitude == pytest.approx(longitude, abs=1 / 360000)
    assert "60.0″" not in report.position.dms


def test_a_cut_photo_still_gives_its_exif_and_reports_the_cut(tmp_path):
    path = draw(tmp_path / "p.jpg", position=(1, 1), taken="2026:03:28 14:00:00", offset="+07:00")
    path.write_bytes(path.read_bytes()[:-300])
    report = photo.read(path)
    assert report.position
    assert codes(report) == ["picture-damaged"]


@pytest.mark.parametrize("content", [b"", b"Dear Sir", b"\xff\xd8\xff\xe0", bytes(300)])
def test_what_is_no_picture_is_refused(tmp_path, content):
    (tmp_path / "p.jpg").write_bytes(content)
    with pytest.raises(ArtefactUnreadable) as caught:
        photo.read(tmp_path / "p.jpg")
    assert caught.value.next_step


def test_a_missing_photo_is_explained(tmp_path):
    with pytest.raises(ArtefactUnreadable, match="No such file"):
        photo.read(tmp_path / "gone.jpg")


@given(st.data())
def test_no_damage_to_a_photo_ends_in_anything_but_a_report_or_a_refusal(tmp_path, data):
    path = draw(
        tmp_path / "p.jpg", position=(1, 1), taken="2026:03:28 14:00:00", gps_time=datetime(2026, 3, 28, 7)
    )
    content = bytearray(path.read_bytes())
    for _change in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        report = photo.read(path)
    except ArtefactUnreadable:
        return
    assert report.width >= 0
