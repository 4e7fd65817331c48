"""What a trainee made in module 4 travels in the whole case, when it holds."""

import json
from datetime import UTC, datetime

import pytest

from hanoikit.capstone import open_run
from hanoikit.casework import evidence_case
from hanoikit.casework.people import identities
from hanoikit.errors import UsageError
from hanoikit.evidence.seal import Seal


@pytest.fixture
def disclosed(tmp_path):
    """A file as the evidence bench discloses it: with its proof and the signed root, beside the folder of the run."""
    plan = evidence_case()
    files = {"lure.eml": b"From: billing@clearbill.example\n", "other.log": b"nothing\n", "third.txt": b"3\n"}
    at = datetime(2026, 4, 20, tzinfo=UTC)
    seal = Seal.of(files).sign(identities(plan)["specialist"], case=plan.case_number, at=at)
    place = tmp_path / "m04-work" / "bench" / "disclosure" / "lure.eml"
    place.mkdir(parents=True)
    (place / "lure.eml").write_bytes(files["lure.eml"])
    (place / "proof.json").write_text(seal.inclusion_proof("lure.eml").to_json(), encoding="utf-8")
    (place / "root.json").write_text(json.dumps(seal.signed.to_json()), encoding="utf-8")
    return place


def at_the_request(folder):
    run = open_run(folder, short=True, sync=False)
    while run.part.id != "request":
        run.next_part()
    run.advance(minutes=5)
    return run


def test_an_extract_of_ones_own_is_offered_sent_and_counts(disclosed, tmp_path):
    run = at_the_request(tmp_path / "m11-work")
    (own,) = (one for one in run.products() if one.source == "own")
    assert own.id == "own-lure.eml" and run.check(own) == ()
    run.send_product(own.id)
    assert run.score().element("package").share == 1


def test_an_extract_that_does_not_hold_is_not_offered(disclosed, tmp_path):
    (disclosed / "lure.eml").write_bytes(b"From: somebody@else.example\n")
    assert not [one for one in at_the_request(tmp_path / "m11-work").products() if one.source == "own"]


def test_nothing_else_beside_the_run_disturbs_it(tmp_path):
    for name, content in {"proof.json": b"{}", "root.json": b"\xff"}.items():
        place = tmp_path / "m04-work" / "bench" / "disclosure" / "x"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    run = at_the_request(tmp_path / "m11-work")
    assert not [one for one in run.products() if one.source == "own"]
    with pytest.raises(UsageError, match="no such document"):
        run.send_product("return-2")
