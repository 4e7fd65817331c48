"""The digests of the evidence room, against hashlib, sha256sum and a published collision."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit.errors import EvidenceError, UsageError
from hanoikit.evidence import hashing

SEVERAL = ("md5", "sha1", "sha256", "sha512", "sha3-256")


@pytest.fixture(scope="module")
def five_megabytes(tmp_path_factory):
    path = tmp_path_factory.mktemp("hashing") / "five.bin"
    path.write_bytes(os.urandom(5 * (1 << 20) + 17))
    return path


def test_one_pass_gives_the_digest_of_every_algorithm(five_megabytes):
    data = five_megabytes.read_bytes()
    digests = hashing.digest(five_megabytes, algorithms=SEVERAL)
    assert digests.size == len(data)
    assert list(digests) == list(SEVERAL)
    for name in SEVERAL:
        assert digests[name] == hashlib.new(name.replace("-", "_"), data).hexdigest()
    assert digests == hashing.digest_bytes(data, SEVERAL)


def test_sha256sum_agrees(five_megabytes):
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum (package coreutils) is not installed")
    answer = subprocess.run([program, five_megabytes], check=True, capture_output=True, text=True).stdout
    (line,) = hashing.parse_manifest(answer)
    assert line.hex == hashing.digest(five_megabytes)["sha256"]
    assert line.name == str(five_megabytes)


@given(st.integers(0, 3_000_000), st.integers(1, 700_000))
@settings(max_examples=25)
def test_a_stream_that_gives_few_bytes_at_a_time_has_the_same_digest(size, at_most):
    data = bytes(range(256)) * (size // 256 + 1)

    class Slow(io.RawIOBase):
        def __init__(self):
            self.inner = io.BytesIO(data[:size])

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.inner.readinto(memoryview(buffer)[:at_most])

    expected = hashing.digest_bytes(data[:size], ("md5", "sha256"))
    assert hashing.digest(Slow(), algorithms=("md5", "sha256")) == expected


def test_a_stream_is_read_from_where_it_stands_and_left_open():
    stream = io.BytesIO(b"header|evidence")
    stream.seek(7)
    assert hashing.digest(stream) == hashing.digest_bytes(b"evidence")
    assert not stream.closed


def test_an_object_that_can_only_read_is_enough():
    class Reader:
        left = [b"ab", b"c", b""]

        def read(self, _size):
            return self.left.pop(0)

    assert hashing.digest(Reader())["sha256"] == hashlib.sha256(b"abc").hexdigest()


def test_an_empty_file_has_size_zero_and_the_known_digest(tmp_path):
    (tmp_path / "empty").touch()
    digests = hashing.digest(tmp_path / "empty", algorithms=("md5", "sha256"))
    assert digests.size == 0
    assert digests["md5"] == "d41d8cd98f00b204e9800998ecf8427e"


def test_progress_counts_every_byte_once(five_megabytes):
    size = five_megabytes.stat().st_size
    for algorithms in (("sha256",), ("md5", "sha256")):
        seen = []
        hashing.digest(
            five_megabytes,
            algorithms=algorithms,
            progress=lambda done, total, to=seen: to.append((done, total)),
        )
        assert seen[-1] == (size, size)
        assert [done for done, _total in seen] == sorted({done for done, _total in seen})


def test_names_of_algorithms_are_forgiving_and_unknown_ones_are_refused(tmp_path):
    digests = hashing.digest_bytes(b"x", ("SHA-256", "sha256", "SHA3_256"))
    assert list(digests) == ["sha256", "sha3-256"]
    assert digests["Sha-256"] == digests["sha256"]
    assert "crc32" not in digests
    with pytest.raises(UsageError, match="crc32"):
        hashing.digest(tmp_path, algorithms=("crc32",))
    with pytest.raises(UsageError):
        hashing.digest(io.BytesIO(b""), algorithms=())


def test_a_missing_file_and_a_folder_are_explained(tmp_path):
    with pytest.raises(EvidenceError, match="No such file") as caught:
        hashing.digest(tmp_path / "gone.E01")
    assert caught.value.where.endswith("gone.E01")
    assert caught.value.next_step
    with pytest.raises(EvidenceError, match="directory"):
        hashing.digest(tmp_path)


def test_a_stream_of_text_is_refused():
    with pytest.raises(UsageError, match="text"):
        hashing.digest(io.StringIO("letters"))


def test_equal_ignores_case_and_blanks_but_nothing_else():
    value = hashing.digest_bytes(b"x")["sha256"]
    assert hashing.equal(value, f" {value.upper()}\n")
    assert not hashing.equal(value, value[:-1])
    assert not hashing.equal(value, ("0" if value[0] != "0" else "1") + value[1:])


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of one process is read from /proc"
)
def test_memory_stays_small_for_a_large_file(tmp_path):
    path = tmp_path / "sparse.bin"
    with path.open("wb") as stream:
        stream.truncate(256 << 20)
    program = (
        "import sys\nfrom hanoikit.evidence import hashing\n"
        "hashing.digest(sys.argv[1], algorithms=('sha1', 'sha256'))\n"
        "print(open('/proc/self/status').read())"
    )
    done = subprocess.run([sys.executable, "-c", program, path], check=True, capture_output=True, text=True)
    peak = next(int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("VmHWM:"))
    assert peak * 1024 < 64 << 20


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40))
def test_a_manifest_line_that_is_written_reads_back(name):
    if name.strip() == "":
        return
    hex_digest = hashing.digest_bytes(name.encode())["sha256"]
    (line,) = hashing.parse_manifest(hashing.format_manifest_line(name, hex_digest) + "\n")
    assert (line.name, line.hex, line.algorithm) == (name, hex_digest, "sha256")


def test_names_with_line_breaks_are_escaped_as_sha256sum_does(tmp_path):
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum (package coreutils) is not installed")
    name = "two\nlines\\and a slash"
    (tmp_path / name).write_bytes(b"x")
    done = subprocess.run([program, name], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == hashing.format_manifest_line(name, hashing.digest_bytes(b"x")["sha256"]) + "\n"
    tagged = subprocess.run(
        [program, "--tag", name], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert hashing.parse_manifest(tagged.stdout) == hashing.parse_manifest(done.stdout)


def test_every_unreadable_line_of_a_manifest_is_reported_at_once():
    good = hashing.format_manifest_line("a", "0" * 64)
    with pytest.raises(EvidenceError) as caught:
        hashing.parse_manifest(f"{good}\nnot a digest\n{'0' * 63}  short\n\nSHA256 (x) = 00\n")
    assert [finding.where for finding in caught.value.findings] == ["line 2", "line 3", "line 5"]


def test_the_published_pair_has_one_md5_and_two_sha256():
    first, second = hashing.collision_pair()
    assert len(first) == len(second) == 128
    assert hashing.differing_bits(first, second) == 6
    one, two = (hashing.digest_bytes(each, ("md5", "sha1", "sha256")) for each in (first, second))
    assert one["md5"] == two["md5"] == "79054025255fb1a26e4bc422aef54eb4"
    assert one["sha1"] != two["sha1"]
    assert one["sha256"] != two["sha256"]


@given(st.binary(max_size=300))
def test_whatever_is_added_behind_the_pair_the_md5_stays_equal(suffix):
    first, second = hashing.collision_pair()
    one, two = (hashing.digest_bytes(each + suffix, ("md5", "sha256")) for each in (first, second))
    assert one["md5"] == two["md5"]
    assert one["sha256"] != two["sha256"]


def test_a_prefix_before_the_pair_breaks_the_collision():
    first, second = hashing.collision_pair()
    one, two = (hashing.digest_bytes(b"x" + each, ("md5",)) for each in (first, second))
    assert one["md5"] != two["md5"]


def test_standing_tells_collision_from_second_pre_image_and_names_sources():
    md5, sha1, sha256 = (hashing.standing(name) for name in ("MD5", "SHA-1", "SHA-256"))
    assert (md5.collision, md5.collision_since) == ("practical", 2004)
    assert (sha1.collision, sha1.collision_since) == ("practical", 2017)
    assert sha256.collision_since is None
    for each in hashing.standings():
        assert each.second_preimage == "not practical"
        assert each.sources
        assert all(source.url.startswith("https://") for source in each.sources)
        assert each.still_shows in str(each)
        assert each.does_not_show in str(each)
        assert each.bits == 4 * len(hashing.digest_bytes(b"", (each.algorithm,))[each.algorithm])
    with pytest.raises(UsageError, match="no statement"):
        hashing.standing("blake2b")
