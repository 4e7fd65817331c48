"""What the marking of module 4 says about packages: honest, damaged, forged, and of something else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import bagit
import pytest

from hanoikit.casework import evidence_case, identities, open_case, timestamp_authority
from hanoikit.casework.handed_in import PackageCheck
from hanoikit.casework.truth import truth
from hanoikit.evidence import package, standby
from hanoikit.labs.workbench import Workbench

SEED, OTHER = 2026, 2030


def packed(folder: Path, seed: int) -> Workbench:
    """A bench on which everything was done as the assignment asks."""
    bench = Workbench(open_case(into=folder / "case", seed=seed), folder / "work")
    bench.check_image()
    for entry in bench.files("Europe/Helsinki"):
        if entry.deleted:
            bench.recover(entry.inode)
    bench.seal()
    bench.stamp()
    bench.pack(bench.available(), receiver="the prosecutor")
    return bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Workbench:
    return packed(tmp_path_factory.mktemp("bench"), SEED)


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory) -> Workbench:
    """The bench of somebody who works on another case."""
    return packed(tmp_path_factory.mktemp("neighbour"), OTHER)


@pytest.fixture
def hand_in(bench, tmp_path) -> Path:
    return Path(shutil.copytree(bench.folder / "package", tmp_path / "package"))


@pytest.fixture
def check(bench) -> Callable[[Path], PackageCheck]:
    return lambda folder: PackageCheck(folder, truth("m04", SEED), image=bench.image_path)


@pytest.fixture(scope="module")
def on_standby() -> Iterator[None]:
    """The programs for descriptions are loaded before, as when a class is marked."""
    assert standby.load()
    yield
    standby._quick = None


def told(verdict) -> str:
    """What a trainee reads when the check does not accept; it names the step to do again."""
    assert not verdict.accepted
    assert "step" in verdict.output
    return verdict.output


def test_an_honest_package_is_accepted_by_the_programs_that_are_fast(check, hand_in):
    for verdict in (check(hand_in).bag(), check(hand_in).timestamp(), check(hand_in).recovered()):
        assert verdict.accepted, verdict.output
        assert verdict.version and verdict.command


@pytest.mark.slow
def test_an_honest_description_is_accepted_by_both_programs(check, hand_in, on_standby):
    verdict = check(hand_in).description()
    assert verdict.accepted, verdict.output
    assert verdict.program == "case_validate, case_prov_check"


@pytest.mark.parametrize("name", ["bag", "timestamp", "description", "recovered"])
def test_without_a_package_each_check_says_how_to_make_one(check, tmp_path, name):
    verdict = getattr(check(tmp_path / "nowhere"), name)()
    assert told(verdict) == "There is no package. Make it on the bench (steps 5 to 7)."


@pytest.mark.parametrize("name", ["bag", "timestamp", "description", "recovered"])
def test_an_empty_folder_is_no_package_and_stops_no_check(check, tmp_path, name):
    (tmp_path / "package").mkdir()
    assert "again" in told(getattr(check(tmp_path / "package"), name)())


def test_an_extra_file_in_the_bag_is_rejected(check, hand_in):
    (hand_in / "data" / "note.txt").write_text("put in later")
    output = told(check(hand_in).bag())
    assert output.startswith("The files of the package do not fit its lists")
    assert "note.txt" in output


@pytest.mark.parametrize("name", ["usb.E01", "recovered/_edger.csv"])
def test_a_flipped_bit_is_rejected(check, hand_in, name):
    path = hand_in / "data" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert name in told(check(hand_in).bag())


def test_lists_that_were_written_anew_after_a_change_are_rejected_by_the_signature(check, hand_in):
    with (hand_in / "data" / "lure.eml").open("ab") as mail:
        mail.write(b"\r\nP.S. nothing was changed\r\n")
    bag = bagit.Bag(str(hand_in))
    bag.save(manifests=True)
    assert bag.is_valid()
    output = told(check(hand_in).bag())
    assert "signature" in output.splitlines()[0]
    assert "fits the list" in told(check(hand_in).timestamp())


def test_the_signature_of_another_person_of_the_case_is_rejected_by_name(check, hand_in):
    plan = evidence_case(SEED)
    package.sign_again(
        hand_in, identity=identities(plan)["first_responder"], authority=timestamp_authority(plan)
    )
    assert truth("m04", SEED).people["specialist"] in told(check(hand_in).bag())


def test_a_namesake_from_another_authority_is_rejected(check, hand_in):
    plan = evidence_case(SEED)
    stranger = identities(evidence_case(OTHER))["specialist"]
    package.sign_again(hand_in, identity=stranger, authority=timestamp_authority(plan))
    told(check(hand_in).bag())


def test_a_valid_bag_of_something_else_earns_nothing(check, bench, tmp_path):
    (tmp_path / "poem.txt").write_text("It is sealed, and signed, and of no use.")
    folder = tmp_path / "package"
    package.create(
        folder,
        {"poem.txt": tmp_path / "poem.txt"},
        identity=bench.specialist,
        authority=bench.timestamps,
        also_certificates=[bench.authority.certificate],
    )
    made = check(folder)
    assert "usb.E01 is not in the package." in told(made.bag())
    assert "without the files of this case" in told(made.timestamp())
    assert "custody/case.jsonld" in told(made.description())
    assert "recovered/_edger.csv" in told(made.recovered())


def test_a_package_without_the_recovered_file_says_which_step_is_missing(check, bench, hand_in):
    (hand_in / "data" / "recovered" / "_edger.csv").unlink()
    bag = bagit.Bag(str(hand_in))
    bag.save(manifests=True)
    package.sign_again(hand_in, identity=bench.specialist, authority=bench.timestamps)
    output = told(check(hand_in).bag())
    assert output.startswith("recovered/_edger.csv is not in the package.") and "(step 3)" in output
    # What is in it is still of this case, and the time over it is good.
    assert check(hand_in).timestamp().accepted


def test_a_timestamp_of_another_authority_is_rejected(check, hand_in, bench, neighbour):
    package.sign_again(hand_in, identity=bench.specialist, authority=neighbour.timestamps)
    assert "this case's authority" in told(check(hand_in).timestamp())


def test_a_timestamp_over_another_list_is_rejected(check, hand_in, bench):
    (hand_in / package.TOKEN).write_bytes((bench.folder / "seal.tsr").read_bytes())
    assert "fits the list" in told(check(hand_in).timestamp())


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped", "gone"])
def test_a_malformed_token_is_rejected_and_never_an_error(check, hand_in, damage):
    path = hand_in / package.TOKEN
    token = path.read_bytes()
    middle = len(token) // 2
    if damage == "gone":
        path.unlink()
    else:
        flipped = token[:middle] + bytes([token[middle] ^ 0x40]) + token[middle + 1 :]
        path.write_bytes(
            {"empty": b"", "text": b"14:02 UTC", "cut": token[:middle], "flipped": flipped}[damage]
        )
    assert told(check(hand_in).timestamp()).startswith("There is no timestamp")


def test_the_package_of_another_case_earns_nothing(check, neighbour):
    made = check(neighbour.folder / "package")
    assert "usb.E01 in the package is not the one of this case." in told(made.bag())
    told(made.timestamp())
    told(made.recovered())


def test_a_recovered_file_of_another_case_is_rejected_by_the_sleuth_kit(check, hand_in, neighbour):
    shutil.copyfile(
        neighbour.folder / "recovered" / "_edger.csv", hand_in / "data" / "recovered" / "_edger.csv"
    )
    verdict = check(hand_in).recovered()
    assert told(verdict).startswith(
        "recovered/_edger.csv in the package is not the deleted file of this case."
    )
    assert "expected" in verdict.output  # the two hashes are shown


def test_another_file_of_the_stick_under_the_right_name_is_rejected(check, hand_in, bench):
    (hand_in / "data" / "recovered" / "_edger.csv").write_bytes(
        (bench.folder / "recovered" / "_argets.csv").read_bytes()
    )
    told(check(hand_in).recovered())


@pytest.mark.slow
def test_a_sound_description_that_leaves_the_exhibit_out_is_rejected(check, hand_in, on_standby):
    path = hand_in / "custody" / "case.jsonld"
    graph = path.read_text()
    image = truth("m04", SEED).sha256["usb.E01"]
    assert image in graph.lower()
    path.write_text(graph.replace(image, "0" * 64).replace(image.upper(), "0" * 64))
    output = told(check(hand_in).description())
    assert output.startswith("The description does not speak of usb.E01 with its SHA-256.")


@pytest.mark.slow
@pytest.mark.parametrize("text", ["{", json.dumps({"@graph": [{"@type": "uco-core:Nothing", "@id": 5}]})])
def test_a_description_that_is_no_case_graph_is_rejected(check, hand_in, text, on_standby):
    (hand_in / "custody" / "case.jsonld").write_text(text)
    assert told(check(hand_in).description()).startswith("The description custody/case.jsonld")
