"""Disk images made by real tools: opened, verified, damaged, and their deleted files recovered."""

import hashlib
import os
import random
import shutil
import struct
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import EvidenceError, ImageDamaged, UsageError
from hanoikit.evidence import acquisition, ewf, fat, zones

TOOLS = {"mkfs.fat": "dosfstools", "mcopy": "mtools", "mdel": "mtools", "mmd": "mtools"}
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
WRITTEN = datetime(2026, 1, 15, 9, 30, 20)
ENVIRONMENT = {**os.environ, "PATH": SEARCH, "TZ": "UTC", "SOURCE_DATE_EPOCH": "1767225600"}
LEDGER = b"date,account,amount\n" + b"".join(
    b"2026-01-%02d,XA%08d,%d\n" % (n % 28 + 1, n, n * 7) for n in range(90)
)
LONG = random.Random(1).randbytes(9000)
SHORT = random.Random(2).randbytes(3000)


def tool(name):
    path = shutil.which(name, path=SEARCH)
    if path is None:
        pytest.skip(f"{name} is not installed ({TOOLS.get(name, name)})")
    return path


def call(*words, **options):
    program, *rest = map(str, words)
    return subprocess.run(
        [tool(program), *rest], check=True, capture_output=True, text=True, env=ENVIRONMENT, **options
    ).stdout


class Stick:
    """A FAT image under construction."""

    def __init__(self, folder, *, bits=12, per_cluster=4, kib=8192, name="stick.img"):
        self.path = folder / name
        self.folder = folder
        call("mkfs.fat", "-C", "-F", bits, "-s", per_cluster, "-i", "0BADCAFE", "--invariant", self.path, kib)

    def write(self, name, content, moment=WRITTEN):
        source = self.folder / Path(name).name
        source.write_bytes(content)
        seconds = moment.replace(tzinfo=UTC).timestamp()
        os.utime(source, (seconds, seconds))
        call("mcopy", "-m", "-i", self.path, source, f"::{name}")
        source.unlink()

    def delete(self, name):
        call("mdel", "-i", self.path, f"::{name}")

    def acquire(self, name="stick", *options):
        case = (
            "-C",
            "XA-2026-7",
            "-D",
            "USB stick",
            "-e",
            "R. Osei",
            "-E",
            "exhibit 3",
            "-N",
            "from a drawer",
        )
        target = ("-c", "deflate:best", "-f", "encase6", "-t", self.folder / name)
        call("ewfacquire", "-u", "-q", *case, *target, *options, self.path)
        return self.folder / f"{name}.E01"


@pytest.fixture(scope="module")
def stick(tmp_path_factory):
    made = Stick(tmp_path_factory.mktemp("stick"))
    made.write("ledger.csv", LEDGER)
    made.write("notes.txt", b"call the bank\r\n")
    call("mmd", "-i", made.path, "::papers")
    made.write("papers/a long name of a letter.txt", b"Dear Sir\r\n", datetime(2026, 7, 1, 23, 59, 59))
    made.write("papers/gone before.txt", b"burn this\r\n")
    made.delete("ledger.csv")
    made.delete("papers/gone before.txt")
    return made


@pytest.fixture(scope="module")
def e01(stick):
    return stick.acquire("stick", "-d", "sha1")


@pytest.fixture
def damaged(e01, tmp_path):
    """Write an altered copy of the E01 and return its path."""

    def write(change, name="damaged.E01"):
        path = tmp_path / name
        path.write_bytes(change(e01.read_bytes()))
        return path

    return write


def sections(path):
    """Offset and size of each section of an E01, by type (of several, the last)."""
    data, offset, found = path.read_bytes(), 13, {}
    while True:
        kind = data[offset : offset + 16].rstrip(b"\0").decode()
        following = int.from_bytes(data[offset + 16 : offset + 24], "little")
        found[kind] = (offset, following - offset)
        if kind in ("done", "next"):
            return found
        offset = following


# what an image says


def test_an_e01_tells_its_case_and_its_medium_equals_the_raw_image(e01, stick):
    raw = stick.path.read_bytes()
    with acquisition.open_image(e01) as image:
        assert image.kind == "E01"
        assert image.media_size == len(raw)
        assert image.headers["case_number"] == "XA-2026-7"
        assert image.headers["examiner_name"] == "R. Osei"
        assert image.headers["evidence_number"] == "exhibit 3"
        assert image.stored_hashes == {
            "md5": hashlib.md5(raw).hexdigest(),
            "sha1": hashlib.sha1(raw).hexdigest(),
        }
        assert image.media_digest(("sha256",))["sha256"] == hashlib.sha256(raw).hexdigest()
        assert image.media_digest(("sha256", "md5")).size == len(raw)
        assert image.read(510, 2) == b"\x55\xaa"
        assert image.verify() == []
        assert image.verify(expected={"SHA-256": hashlib.sha256(raw).hexdigest()}) == []


def test_the_acquisition_time_is_an_instant_whatever_the_zone_of_this_machine(e01):
    program = (
        "import sys\nfrom hanoikit.evidence import acquisition\n"
        "with acquisition.open_image(sys.argv[1]) as image:\n    print(image.acquired_at, image.headers)"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, e01], check=True, capture_output=True, text=True,
            env={**os.environ, "TZ": zone},
        ).stdout
        for zone in ("Asia/Bangkok", "America/Bogota")
    }  # fmt: skip
    assert len(answers) == 1
    with acquisition.open_image(e01) as image:
        assert abs(image.acquired_at - datetime.fromtimestamp(e01.stat().st_mtime, UTC)) < timedelta(
            minutes=5
        )


def test_ewfverify_and_the_kit_accept_the_same_image(e01):
    assert "SUCCESS" in call("ewfverify", "-q", e01)


def test_a_raw_image_opens_and_has_no_digest_of_its_own(stick):
    with acquisition.open_image(stick.path) as image:
        assert (image.kind, image.stored_hashes, image.headers) == ("raw", {}, {})
        assert image.verify() == []
        (finding,) = image.verify(expected={"sha256": "0" * 64})
        assert finding.code == "recorded-hash-mismatch"


def test_progress_reaches_the_end_of_the_medium(e01, stick):
    with acquisition.open_image(e01) as image:
        seen = []
        image.media_digest(progress=lambda done, _total: seen.append(done))
        assert seen[-1] == stick.path.stat().st_size


# damage


@pytest.mark.parametrize("kept", [0.0, 0.0005, 0.05, 0.3, 0.6])
def test_a_truncated_e01_is_refused_with_a_next_step(damaged, kept):
    path = damaged(lambda data: data[: int(len(data) * kept)])
    with pytest.raises(ImageDamaged) as caught:
        acquisition.open_image(path)
    assert caught.value.next_step
    assert caught.value.where == "damaged.E01"


def test_an_e01_cut_in_its_content_says_how_much_can_be_reached(damaged, e01):
    start, size = sections(e01)["sectors"]
    with pytest.raises(ImageDamaged, match="0 of 256 pieces") as caught:
        acquisition.open_image(damaged(lambda data: data[: start + size // 2]))
    assert caught.value.findings[0].code == "truncated"


def test_an_e01_that_lost_only_its_end_opens_and_the_loss_is_found(damaged, e01):
    start, _size = sections(e01)["done"]
    with acquisition.open_image(damaged(lambda data: data[: start + 20])) as image:
        assert [finding.code for finding in image.verify()] == ["truncated"]


def test_a_flipped_bit_in_the_image_is_found(damaged, e01):
    chunk = ewf.read_container(e01).chunks[1]

    def flip(data):
        changed = bytearray(data)
        changed[chunk.offset + chunk.length // 2] ^= 0x10
        return bytes(changed)

    with acquisition.open_image(damaged(flip)) as image:
        findings = image.verify()
    assert [finding.code for finding in findings] == [
        "chunk-damaged", "stored-hash-mismatch", "stored-hash-mismatch"
    ]  # fmt: skip
    assert "32,768 bytes of the medium" in findings[0].message
    assert {finding.where for finding in findings[1:]} == {"MD5", "SHA1"}


@pytest.mark.slow
def test_no_flipped_bit_changes_the_medium_unnoticed(damaged, e01, stick):
    original = hashlib.md5(stick.path.read_bytes()).hexdigest()
    size, dice, outcomes = e01.stat().st_size, random.Random(5), {"refused": 0, "found": 0, "harmless": 0}
    structure = [start + at for start, _size in sections(e01).values() for at in (0, 24, 100)]
    for position in {0, 8, 9, 12, *structure, *(dice.randrange(size) for _each in range(20))}:
        if position >= size:
            continue

        def flip(data, at=position):
            changed = bytearray(data)
            changed[at] ^= 1 << dice.randrange(8)
            return bytes(changed)

        path = damaged(flip)
        try:
            image = acquisition.open_image(path)
        except ImageDamaged:
            outcomes["refused"] += 1
            continue
        with image:
            if image.verify():
                outcomes["found"] += 1
            else:
                # Two different packed forms can hold the same bytes: then nothing of the medium has changed.
                assert image.media_digest(("md5",))["md5"] == original
                outcomes["harmless"] += 1
    assert outcomes["refused"] > 5
    assert outcomes["found"] > 5


def test_a_changed_medium_with_a_new_digest_passes_until_the_record_is_asked(e01, stick, tmp_path):
    forged = tmp_path / "forged.img"
    content = bytearray(stick.path.read_bytes())
    content[content.index(b"call the bank")] = ord("C")
    forged.write_bytes(content)
    call("ewfacquire", "-u", "-q", "-t", tmp_path / "forged", "-f", "encase6", forged)
    with acquisition.open_image(tmp_path / "forged.E01") as image:
        assert image.verify() == []
        recorded = hashlib.sha256(stick.path.read_bytes()).hexdigest()
        assert [each.code for each in image.verify(expected={"sha256": recorded})] == [
            "recorded-hash-mismatch"
        ]


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """An image in several segments, of random content that cannot be packed."""
    folder = tmp_path_factory.mktemp("split")
    made = Stick(folder)
    made.write("noise.bin", random.Random(3).randbytes(5_000_000))
    first = made.acquire("split", "-S", "2MiB")
    return first, sorted(folder.glob("split.E*"))


def copy(paths, folder):
    for path in paths:
        shutil.copy(path, folder / path.name)
    return folder / "split.E01"


def test_an_image_in_several_segments_reads_as_one(split):
    first, paths = split
    assert len(paths) >= 3
    with acquisition.open_image(first) as image:
        assert list(image.segments) == paths
        assert image.verify() == []
        assert image.recover(image.find("noise.bin")).complete


@pytest.mark.parametrize("missing", [1, 2, -1])
def test_a_missing_segment_is_named(split, tmp_path, missing):
    _first, paths = split
    gone = paths[missing]
    with pytest.raises(ImageDamaged) as caught:
        acquisition.open_image(copy([path for path in paths if path != gone], tmp_path))
    assert caught.value.where == gone.name
    assert caught.value.findings[0].code == "segment-missing"


def test_a_later_segment_opened_alone_is_told_from_the_first(split):
    with pytest.raises(ImageDamaged, match="segment 2"):
        acquisition.open_image(split[1][1])


def test_two_segments_that_changed_places_are_found(split, tmp_path):
    _first, paths = split
    copy(paths, tmp_path)
    shutil.copy(paths[1], tmp_path / paths[2].name)
    shutil.copy(paths[2], tmp_path / paths[1].name)
    with pytest.raises(ImageDamaged, match="out of order") as caught:
        acquisition.open_image(tmp_path / "split.E01")
    assert [finding.code for finding in caught.value.findings[:2]] == ["segment-number"] * 2
    assert "calls itself segment 3, but stands in place 2" in caught.value.findings[0].message


def test_a_damaged_first_table_is_replaced_by_its_copy(damaged, e01):
    start, _size = sections(e01)["table"]

    def flip(data):
        changed = bytearray(data)
        changed[start + 76 + 24 + 40] ^= 1
        return bytes(changed)

    container = ewf.read_container(damaged(flip))
    assert container.whole
    assert [finding.code for finding in container.findings] == ["table-damaged"]
    assert container.check_chunks() == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.E01", b"", "empty"),
        ("empty.img", b"", "empty"),
        ("letter.E01", b"Dear Sir, " * 200, "does not begin"),
        ("letter.img", b"Dear Sir, " * 200, "no disk image"),
        ("zeros.img", bytes(1 << 20), "no disk image"),
        ("new.Ex01", b"EVF2\r\n\x81\x00" + bytes(100), "Ex01"),
        ("short.E01", b"EVF", "does not begin"),
    ],
)
def test_what_is_no_image_is_refused_in_plain_words(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImageDamaged, match=words) as caught:
        acquisition.open_image(tmp_path / name)
    assert caught.value.where == name
    assert caught.value.next_step


def test_a_file_that_is_not_there_is_no_damaged_image(tmp_path):
    with pytest.raises(EvidenceError, match="No such file") as caught:
        acquisition.open_image(tmp_path / "nowhere.E01")
    assert not isinstance(caught.value, ImageDamaged)


def test_a_cut_raw_image_opens_and_the_missing_bytes_are_counted(stick, tmp_path):
    path = tmp_path / "cut.img"
    path.write_bytes(stick.path.read_bytes()[: 6 << 20])
    with acquisition.open_image(path) as image:
        (finding,) = image.verify()
        assert finding.code == "image-shorter-than-volume"
        assert "2,097,152" in finding.message
        assert image.find("notes.txt").size == 15


def test_a_sound_e01_without_a_file_system_can_be_verified_but_not_listed(tmp_path):
    (tmp_path / "noise.img").write_bytes(random.Random(9).randbytes(1 << 20))
    call("ewfacquire", "-u", "-q", "-t", tmp_path / "noise", "-f", "encase6", tmp_path / "noise.img")
    with acquisition.open_image(tmp_path / "noise.E01") as image:
        assert [(each.code, each.severity) for each in image.verify()] == [("no-file-system", "warning")]
        with pytest.raises(ImageDamaged):
            image.files()


# files and times


def test_present_and_deleted_files_are_listed_as_fls_lists_them(e01, stick):
    with acquisition.open_image(e01) as image:
        entries = image.files(folders=True)
    ours = {(entry.path[1:], str(entry.inode), entry.allocated) for entry in entries}
    theirs = set()
    for line in call("fls", "-r", "-p", stick.path).splitlines():
        kind, _tab, path = line.partition("\t")
        if not path.startswith("$"):
            theirs.add((path, kind.split()[-1].rstrip(":"), " * " not in kind))
    assert ours == theirs
    assert {entry.path for entry in entries if entry.deleted} == {"/_edger.csv", "/papers/gone before.txt"}


def test_the_first_letter_of_a_short_deleted_name_is_lost_and_a_long_name_is_not(e01):
    with acquisition.open_image(e01) as image:
        lost = {entry.name: entry.first_letter_lost for entry in image.files()}
    assert lost == {
        "_edger.csv": True,
        "notes.txt": False,
        "a long name of a letter.txt": False,
        "gone before.txt": False,
    }


def test_fat_times_are_kept_as_stored_and_read_in_the_zone_that_is_given(e01):
    with acquisition.open_image(e01) as image:
        for zone, instant in (("UTC", "09:30:20"), ("Asia/Bangkok", "02:30:20"), ("-05:00", "14:30:20")):
            modified = image.find("notes.txt", zone).modified
            assert modified.stored == WRITTEN
            assert modified.instant.astimezone(UTC) == datetime.fromisoformat(f"2026-01-15T{instant}+00:00")
            assert not modified.zone_stated
            assert modified.latest - modified.earliest == timedelta(seconds=2)
        # The clock counts in double seconds, so 23:59:59 is stored as 23:59:58.
        assert image.find("a long name of a letter.txt").modified.stored == datetime(2026, 7, 1, 23, 59, 58)
        assert image.find("notes.txt").accessed.date_only
        with pytest.raises(UsageError, match="Mars"):
            image.files(zone="Mars/Olympus")


@pytest.mark.parametrize("name", ["stick.img", "stick.E01"])
def test_the_zone_of_this_machine_plays_no_part(e01, stick, name):
    program = (
        "import sys\nfrom hanoikit.evidence import acquisition\n"
        "with acquisition.open_image(sys.argv[1]) as image:\n"
        "    print(*map(repr, image.files('Asia/Tokyo', folders=True)), sep='\\n')"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, stick.folder / name], check=True, capture_output=True, text=True,
            env={**os.environ, "TZ": zone},
        ).stdout
        for zone in ("Asia/Bangkok", "America/Bogota", "UTC")
    }  # fmt: skip
    assert len(answers) == 1
    assert "datetime.datetime(2026, 1, 15, 9, 30, 20)" in answers.pop()


def test_the_sleuthkit_alone_does_follow_the_zone_of_the_machine(stick):
    """The reason for reading the directory by hand: fls moves with TZ on the same image."""
    listings = {
        subprocess.run(
            [tool("fls"), "-r", "-l", stick.path], check=True, capture_output=True, text=True,
            env={**ENVIRONMENT, "TZ": zone},
        ).stdout
        for zone in ("Asia/Bangkok", "America/Bogota")
    }  # fmt: skip
    assert len(listings) == 2


def test_an_hour_that_came_twice_widens_the_reading(tmp_path):
    made = Stick(tmp_path)
    made.write("night.txt", b"x", datetime(2026, 10, 25, 2, 30))
    with acquisition.open_image(made.path) as image:
        modified = image.find("night.txt", "Europe/Berlin").modified
        assert modified.ambiguous
        assert modified.latest - modified.earliest == timedelta(hours=1, seconds=2)
        assert not image.find("night.txt", "Asia/Tokyo").modified.ambiguous


@given(st.datetimes(datetime(1980, 1, 1), datetime(2107, 12, 31, 23, 59, 59)))
def test_a_fat_time_decodes_to_the_even_second_before(moment):
    decoded = fat.decode_timestamp(*fat.encode_timestamp(moment))
    assert decoded == moment.replace(microsecond=0, second=moment.second // 2 * 2)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 255))
def test_no_sixteen_bits_break_the_decoder(date, time, tenths):
    decoded = fat.decode_timestamp(date, time, tenths)
    if decoded is not None and tenths == 0:
        assert fat.encode_timestamp(decoded) == (date, time)


def test_known_bits_decode_to_the_date_that_was_written():
    assert fat.decode_timestamp(0x5C21, 0) == datetime(2026, 1, 1)
    assert fat.decode_timestamp(0x5C21, 0xBF7D, 199) == datetime(2026, 1, 1, 23, 59, 59, 990000)
    assert fat.decode_date(0) is None
    assert fat.decode_timestamp(0x5C21, 0xFFFF) is None


# recovery


def test_a_deleted_file_is_recovered_whole_with_the_digest_it_had(e01, stick):
    with acquisition.open_image(e01) as image:
        recovered = image.recover(image.find("_edger.csv"))
    assert recovered.data == LEDGER
    assert recovered.complete
    assert (recovered.size_recorded, recovered.size_recovered) == (len(LEDGER), len(LEDGER))
    assert recovered.sha256 == hashlib.sha256(LEDGER).hexdigest()
    assert "digest would prove it" in recovered.note
    icat = subprocess.run([tool("icat"), "-r", stick.path, str(recovered.entry.inode)], capture_output=True)
    assert icat.stdout == LEDGER


def test_a_present_file_reads_as_icat_reads_it(e01, stick):
    with acquisition.open_image(e01) as image:
        for entry in image.files():
            if entry.allocated:
                icat = subprocess.run([tool("icat"), stick.path, str(entry.inode)], capture_output=True)
                assert image.recover(entry).data == icat.stdout


def test_a_file_in_pieces_reads_in_order(tmp_path):
    made = Stick(tmp_path)
    made.write("one.bin", SHORT)
    made.write("two.bin", SHORT)
    made.delete("one.bin")
    made.write("pieces.bin", LONG)
    with acquisition.open_image(made.path) as image:
        entry = image.find("pieces.bin")
        assert len(entry.runs) == 2
        assert image.recover(entry).data == LONG


@pytest.fixture(scope="module")
def reused(tmp_path_factory):
    """A stick whose deleted LONG.BIN has lost its first clusters to NEW.BIN, and kept its directory entry."""
    made = Stick(tmp_path_factory.mktemp("reused"))
    made.write("scrap.txt", b"x")
    made.write("long.bin", LONG)
    made.write("keep.txt", b"kept\n")
    made.delete("scrap.txt")
    made.delete("long.bin")
    made.write("new.bin", SHORT)  # one cluster of scrap.txt, then the first one of long.bin
    return made


def test_clusters_that_another_file_took_are_found_and_counted(reused):
    with acquisition.open_image(reused.path) as image:
        recovered = image.recover(image.find("_ong.bin"))
        new = image.find("new.bin")
    # new.bin has 3,000 bytes: 2,048 in scrap.txt's cluster, 952 (two sectors) in the first one of long.bin.
    assert new.size == 3000
    assert recovered.gaps == (acquisition.Gap(0, 1024, "/new.bin"),)
    assert not recovered.complete
    assert (recovered.size_recovered, recovered.size_recorded) == (7976, 9000)
    assert recovered.data[1024:] == LONG[1024:]
    assert not any(recovered.data[:1024])
    assert "1,024 of 9,000 bytes now belong to: /new.bin" in recovered.note


def test_a_file_whose_name_is_gone_is_traced_in_numbers(tmp_path):
    made = Stick(tmp_path)
    made.write("long.bin", LONG)
    made.delete("long.bin")
    made.write("short.bin", SHORT)  # takes the directory slot and the first two clusters
    with acquisition.open_image(made.path) as image:
        assert [entry.name for entry in image.files()] == ["short.bin"]
        trace = image.trace(LONG)
        assert (trace.size_found, trace.size) == (6000, 9000)
        (match,) = trace.matches
        assert (match.offset, match.size) == (3000, 6000)
        assert image.read(match.image_offset, match.size) == LONG[3000:]
        (hit,) = image.search(LONG[3010:3030])
        assert (hit.kind, hit.path) == ("slack", "/short.bin")
        assert [hit.kind for hit in image.search(LONG[8000:8020])] == ["free"]
        assert image.search(LONG[:20]) == []
        assert image.search(SHORT[:20]) == []
        (piece,) = image.carve(LONG[5000:5016])
        assert piece.data == LONG[3000:]
        assert str(trace) == "6,000 of 9,000 bytes found"


def test_a_trace_of_something_else_finds_nothing(reused):
    with acquisition.open_image(reused.path) as image:
        assert image.trace(random.Random(77).randbytes(5000)).size_found == 0
        assert image.trace(bytes(4096)).size_found == 0
        with pytest.raises(UsageError):
            image.search(b"")


def test_free_space_slack_and_files_cover_the_data_area_exactly_once(reused):
    with acquisition.open_image(reused.path) as image:
        volume = image.systems[0].fat
        covered = sum(extent.size for extent in image.unallocated())
        covered += sum(entry.size for entry in image.files(folders=True) if entry.allocated)
        assert covered == volume.cluster_count * volume.cluster_size
        ends = 0
        for extent in image.unallocated():
            assert extent.offset >= ends
            ends = extent.end


def test_a_folder_cannot_be_recovered_as_a_file(e01):
    with acquisition.open_image(e01) as image:
        folder = next(entry for entry in image.files(folders=True) if entry.is_directory)
        with pytest.raises(UsageError, match="folder"):
            image.recover(folder)
        with pytest.raises(EvidenceError, match="no file"):
            image.find("ledger.csv")


def test_an_empty_file_and_an_empty_deleted_file_have_no_content(tmp_path):
    made = Stick(tmp_path)
    made.write("none.txt", b"")
    made.write("gone.txt", b"")
    made.delete("gone.txt")
    with acquisition.open_image(made.path) as image:
        for name in ("none.txt", "_one.txt"):
            recovered = image.recover(image.find(name))
            assert (recovered.data, recovered.size_recorded) == (b"", 0)


@pytest.mark.parametrize(("bits", "kib", "per_cluster"), [(16, 16384, 4), (32, 34816, 1)])
def test_fat16_and_fat32_are_read_alike(tmp_path, bits, kib, per_cluster):
    made = Stick(tmp_path, bits=bits, kib=kib, per_cluster=per_cluster)
    made.write("ledger.csv", LEDGER)
    made.write("keep.bin", LONG)
    made.delete("ledger.csv")
    with acquisition.open_image(made.path) as image:
        assert image.systems[0].kind == f"FAT{bits}"
        assert image.recover(image.find("_edger.csv")).data == LEDGER
        assert image.recover(image.find("keep.bin")).data == LONG
        assert image.find("keep.bin").modified.stored == WRITTEN


def test_a_partitioned_disk_is_read_partition_by_partition(tmp_path):
    first, second = (Stick(tmp_path, name=name) for name in ("first.img", "second.img"))
    first.write("first.txt", b"one")
    second.write("second.txt", b"two")
    second.delete("second.txt")
    sectors = [2048, 2048 + 16384]
    table = b"".join(
        struct.pack("<B3sB3sII", 0, b"\0" * 3, 0x01, b"\0" * 3, start, 16384) for start in sectors
    )
    disk = tmp_path / "disk.img"
    start = bytes(446) + table + bytes(32) + b"\x55\xaa"
    disk.write_bytes(start.ljust(2048 * 512, b"\0") + first.path.read_bytes() + second.path.read_bytes())
    with acquisition.open_image(disk) as image:
        assert [system.offset for system in image.systems] == [2048 * 512, (2048 + 16384) * 512]
        assert image.recover(image.find("first.txt")).data == b"one"
        assert image.recover(image.find("_econd.txt")).data == b"two"
        (hit,) = image.search(b"two\0")
        assert image.read(hit.offset, 3) == b"two"
        assert image.verify() == []


def test_ext4_keeps_instants_and_recovers_what_its_blocks_still_hold(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, content in (("ledger.csv", LEDGER), ("keep.bin", LONG)):
        (tree / name).write_bytes(content)
        os.utime(tree / name, (1768469420, 1768469420))
    path = tmp_path / "ext4.img"
    call("mkfs.ext4", "-q", "-d", tree, path, "8M")
    call("debugfs", "-w", "-R", "rm /ledger.csv", path)
    with acquisition.open_image(path) as image:
        keep = image.find("keep.bin", "Asia/Bangkok")
        assert keep.modified.zone_stated
        assert keep.modified.instant == datetime(2026, 1, 15, 9, 30, 20, tzinfo=UTC)
        assert image.recover(keep).data == LONG
        gone = image.find("ledger.csv")
        assert gone.deleted
        recovered = image.recover(gone)
        assert recovered.data == LEDGER
        assert recovered.complete
        assert image.search(b"2026-01-02,XA00000001")


# zones and tables


def test_zones_are_names_or_offsets():
    assert zones.place("+07:00").utcoffset(None) == timedelta(hours=7)
    assert zones.place("UTC-3").utcoffset(None) == timedelta(hours=-3)
    assert zones.place("Z") is UTC
    for wrong in ("", "Nowhere/Land", "+99:00", "../etc/passwd"):
        with pytest.raises(UsageError):
            zones.place(wrong)


def test_an_hour_that_the_clocks_skipped_is_told():
    assert zones.read_local(datetime(2026, 3, 29, 2, 30), "Europe/Berlin").skipped
    assert not zones.read_local(datetime(2026, 3, 29, 3, 30), "Europe/Berlin").skipped


def test_segment_names_go_on_after_ninety_nine():
    first = Path("case.E01")
    names = [ewf.segment_name(first, number).suffix for number in (1, 2, 99, 100, 101, 125, 126, 775, 776)]
    assert names == [".E01", ".E02", ".E99", ".EAA", ".EAB", ".EAZ", ".EBA", ".EZZ", ".FAA"]
    assert ewf.segment_name(Path("case.e01"), 100).suffix == ".eaa"


def test_a_chunk_stored_unpacked_is_checked_by_its_own_sum(split):
    container = ewf.read_container(split[0])
    chunk = next(each for each in container.chunks if not each.compressed)
    with container.segments[chunk.segment].open("rb") as stream:
        stream.seek(chunk.offset)
        stored = stream.read(chunk.length)
    assert zlib.adler32(stored[:-4]) == int.from_bytes(stored[-4:], "little")
    assert not ewf._is_sound(b"\1" + stored[1:], False, container.chunk_size) or stored[:1] == b"\1"
