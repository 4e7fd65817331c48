"""The CASE/UCO export: accepted by programs that are not ours, and honest about a chain that is not whole."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from hanoikit.errors import EvidenceError, UsageError
from hanoikit.evidence import acquisition, case_export, standby, validators
from hanoikit.evidence.case_export import Item, Tool
from hanoikit.evidence.custody import CustodyLog
from hanoikit.evidence.identity import CourseAuthority, Identity

START = datetime(2026, 3, 3, 9, 0, tzinfo=timezone(timedelta(hours=7)))
IMAGE, LEDGER = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def people() -> tuple[Identity, Identity]:
    authority = CourseAuthority.create(seed="case export tests")
    return (
        authority.issue(name="Lan Anh Tran", role="DEFR", organisation="Cyber Unit", state="XA"),
        authority.issue(name="Marek Novák", role="examiner", organisation="Forensic Laboratory", state="XA"),
    )


def whole_log(people: tuple[Identity, Identity]) -> CustodyLog:
    responder, examiner = people
    log = CustodyLog(case="XA-2026-0417")
    log.append(action="collected", item="laptop", actor=responder, place="Harbour Street 5", at=START)
    log.append(
        action="acquired",
        item="image",
        source="laptop",
        actor=responder,
        place="Harbour Street 5",
        at=START + timedelta(hours=1),
        item_sha256=IMAGE,
    )
    log.hand_over(
        item="image", giver=responder, taker=examiner, place="Laboratory", at=START + timedelta(hours=3)
    )
    log.append(
        action="examined", item="image", actor=examiner, place="Laboratory", at=START + timedelta(hours=5)
    )
    log.append(
        action="copied",
        item="ledger",
        source="image",
        actor=examiner,
        place="Laboratory",
        at=START + timedelta(hours=6),
        item_sha256=LEDGER,
        note="Deleted file, recovered whole",
    )
    return log


ITEMS = (
    Item(
        "laptop",
        "device",
        "Laptop",
        exhibit="EX-0",
        device_type="Laptop",
        model="Model 7",
        serial_number="SN-1",
    ),
    Item(
        "image",
        "image",
        "EX-1.E01",
        exhibit="EX-1",
        size=39_112,
        image_type="EWF",
        headers={"examiner_name": "Lan Anh Tran", "case_number": "XA-2026-0417"},
        tool=Tool("ewfacquire", "20140813"),
    ),
    Item(
        "ledger",
        "file",
        "ledger.csv",
        exhibit="EX-1/1",
        size=2520,
        path="/_edger.csv",
        allocated=False,
        modified=datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
        tool=Tool("The Sleuth Kit", "4.11.1"),
    ),
    Item("photo", "file", "photo.jpg", source="image", made_by=5, size=10),
)


def nodes(graph: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node for node in graph["@graph"] if node["@type"].endswith(f":{kind}")]


@pytest.fixture(scope="module")
def on_standby() -> Iterator[Callable[[], Any]]:
    """In the block that it gives, the programs run as they do when a class is marked: loaded before, in a fork."""
    assert standby.load()
    quick, standby._quick = standby._quick, None

    @contextlib.contextmanager
    def block() -> Iterator[None]:
        standby._quick = quick
        try:
            yield
        finally:
            standby._quick = None

    yield block


@pytest.fixture
def asked(on_standby) -> Callable[..., validators.Verdict]:
    """A program's verdict, started afresh; on standby it says the same, to the letter."""

    def ask(program: Callable[[Any], validators.Verdict], graph: Any) -> validators.Verdict:
        fresh = program(graph)
        with on_standby():
            quick = program(graph)
        assert (quick.accepted, quick.output) == (fresh.accepted, fresh.output)
        assert (quick.program, quick.version, quick.command) == (fresh.program, fresh.version, fresh.command)
        return fresh

    return ask


@pytest.mark.slow
def test_case_validate_and_case_prov_check_accept_the_graph_of_a_whole_chain(people, asked) -> None:
    graph = case_export.export(whole_log(people), ITEMS, title="Harbour case", authorization="Order 12/2026")
    verdict = asked(validators.case_validate, graph)
    assert verdict.accepted, verdict.output
    assert "Warning" not in verdict.output
    verdict = asked(validators.case_prov_check, graph)
    assert verdict.accepted, verdict.output


@pytest.mark.slow
def test_a_log_without_described_items_gives_a_graph_that_validates(people, asked) -> None:
    assert asked(validators.case_validate, case_export.export(whole_log(people))).accepted


def test_case_prov_check_rejects_a_graph_whose_exhibit_has_no_origin(people, asked) -> None:
    log = CustodyLog(case="XA-2026-0417")
    log.append(action="examined", item="image", actor=people[1], place="Laboratory", at=START)
    verdict = asked(validators.case_prov_check, case_export.export(log, [ITEMS[1]]))
    assert not verdict.accepted
    assert "does not link back" in verdict.output


def test_case_prov_check_rejects_an_image_of_a_device_that_nobody_collected(people) -> None:
    log = CustodyLog(case="XA-2026-0417")
    log.append(
        action="acquired",
        item="image",
        source="laptop",
        actor=people[0],
        place="?",
        at=START,
        item_sha256=IMAGE,
    )
    assert not validators.case_prov_check(case_export.export(log, ITEMS[:2])).accepted


def test_case_prov_check_rejects_a_graph_from_which_the_collection_was_taken(people) -> None:
    graph = case_export.export(whole_log(people), ITEMS)
    first = next(node for node in nodes(graph, "InvestigativeAction") if node["uco-core:name"] == "collected")
    del first["uco-action:result"]
    assert not validators.case_prov_check(graph).accepted


@pytest.mark.slow
def test_case_validate_names_every_fault_of_a_graph_with_many(people, asked) -> None:
    graph = case_export.export(whole_log(people), ITEMS)
    nodes(graph, "InvestigativeAction")[0]["uco-action:startTime"]["@value"] = "yesterday"
    nodes(graph, "File")[0]["@type"] = "uco-observable:Fille"
    nodes(graph, "Person")[0]["uco-core:hasFacet"] = {"@id": nodes(graph, "Location")[0]["@id"]}
    nodes(graph, "Tool")[0]["@id"] = "kb:nothing"
    # A prefix that the kit does not use, a list that is none, and a statement about a class of the ontology itself.
    graph["@context"]["rdf"] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    nodes(graph, "ImageFacet")[0]["rdf:rest"] = "more"
    graph["@graph"].append({"@id": "uco-core:UcoThing", "uco-core:hasFacet": {"uco-core:name": [1]}})
    verdict = asked(validators.case_validate, graph)
    assert not verdict.accepted
    for fault in ("yesterday", "Fille", "kb:Location-", "kb:nothing"):
        assert fault in verdict.output


def test_what_is_no_graph_is_rejected_in_the_words_of_the_program(tmp_path: Path, asked) -> None:
    (tmp_path / "case.jsonld").write_text("{")
    verdict = asked(validators.case_prov_check, tmp_path / "case.jsonld")
    assert not verdict.accepted
    assert "Traceback" in verdict.output


def test_the_same_log_gives_the_same_bytes_and_another_case_other_identifiers(people, tmp_path: Path) -> None:
    first = case_export.to_bytes(case_export.export(whole_log(people), ITEMS))
    assert first == case_export.to_bytes(case_export.export(whole_log(people), reversed(ITEMS)))
    assert case_export.write(json.loads(first), tmp_path / "g.jsonld").read_bytes() == first
    other = CustodyLog(case="XA-2026-0418")
    other.append(action="collected", item="laptop", actor=people[0], place="Harbour Street 5", at=START)
    same = CustodyLog(case="XA-2026-0417")
    same.append(action="collected", item="laptop", actor=people[0], place="Harbour Street 5", at=START)

    def ids(log: CustodyLog) -> set[str]:
        return {node["@id"] for node in case_export.export(log)["@graph"]}

    assert not ids(other) & ids(same)


def test_every_identifier_ends_in_a_uuid_of_version_5(people) -> None:
    for node in case_export.export(whole_log(people), ITEMS)["@graph"]:
        assert uuid.UUID(node["@id"][-36:]).version == 5


def test_each_entry_is_an_action_with_performer_place_and_time(people) -> None:
    log = whole_log(people)
    graph = case_export.export(log, ITEMS)
    by_id = {node["@id"]: node for node in graph["@graph"]}
    actions = {
        node["uco-core:description"][-1].split()[1]: node for node in nodes(graph, "InvestigativeAction")
    }
    assert len(actions) == len(log)
    for entry in log.entries:
        action = actions[str(entry.index)]
        assert action["uco-core:name"] == entry.action
        assert action["uco-action:startTime"] == {"@type": "xsd:dateTime", "@value": entry.at.isoformat()}
        assert by_id[action["uco-action:location"]["@id"]]["uco-core:name"] == entry.place
        assert entry.hash in action["uco-core:description"][-1]
    performer = by_id[actions["2"]["uco-action:performer"]["@id"]]
    assert performer["uco-core:name"] == "Lan Anh Tran"
    tool = by_id[actions["2"]["uco-action:instrument"][0]["@id"]]
    assert (tool["uco-core:name"], tool["uco-tool:version"]) == ("ewfacquire", "20140813")


def test_hash_methods_are_plain_strings_and_values_are_typed(people) -> None:
    hashes = nodes(case_export.export(whole_log(people), ITEMS), "Hash")
    assert {node["uco-types:hashMethod"] for node in hashes} == {"SHA256"}
    assert {node["uco-types:hashValue"]["@value"] for node in hashes} == {IMAGE, LEDGER}


def test_exhibit_numbers_stand_in_the_provenance_records(people) -> None:
    records = nodes(case_export.export(whole_log(people), ITEMS), "ProvenanceRecord")
    numbers = {record["case-investigation:exhibitNumber"] for record in records}
    assert numbers == {"EX-0", "EX-1", "EX-1/1", "photo"}


def test_items_are_described_from_a_real_image_and_a_file_in_it(people, tmp_path: Path) -> None:
    if not all(shutil.which(tool) for tool in ("mkfs.fat", "mcopy", "mdel")):
        pytest.skip("mtools and dosfstools are not installed")
    path = tmp_path / "usb.img"
    path.write_bytes(bytes(1_474_560))
    (tmp_path / "ledger.csv").write_bytes(b"2026-03-01,100\n")
    for command in (
        ["mkfs.fat", "-F", "12", "-i", "12345678", "-n", "EVIDENCE", "--invariant", str(path)],
        ["mcopy", "-i", str(path), str(tmp_path / "ledger.csv"), "::"],
        ["mdel", "-i", str(path), "::ledger.csv"],
    ):
        subprocess.run(command, check=True, capture_output=True)
    with acquisition.open_image(path) as image:
        digests = dict(image.media_digest(("sha256",)))
        entry = next(found for found in image.files(zone="Asia/Bangkok") if found.deleted)
        items = [
            case_export.image_item("image", image, exhibit="EX-1", digests=digests),
            case_export.file_item("ledger", entry, source="image", made_by=2),
        ]
    log = CustodyLog(case="XA-1")
    log.append(action="acquired", item="image", actor=people[0], place="p", at=START, digests=digests)
    log.append(action="examined", item="image", actor=people[0], place="p", at=START)
    graph = case_export.export(log, items)
    files = {node["uco-observable:fileName"]: node for node in nodes(graph, "FileFacet")}
    assert files["usb.img"]["uco-observable:sizeInBytes"] == 1_474_560
    assert files["_edger.csv"]["uco-observable:allocationStatus"] == "unallocated"
    assert files["_edger.csv"]["uco-observable:modifiedTime"]["@value"].endswith("+07:00")
    (content,) = nodes(graph, "ContentDataFacet")
    assert content["uco-observable:sizeInBytes"] == 1_474_560
    assert validators.case_prov_check(graph).accepted


def test_evidence_whose_hash_is_not_the_one_in_the_log_is_not_exported(people) -> None:
    with pytest.raises(EvidenceError) as error:
        case_export.export(whole_log(people), [Item("image", "image", digests={"sha256": "c" * 64})])
    assert [finding.code for finding in error.value.findings] == ["hash-mismatch"]


def test_misuse_is_told(people) -> None:
    log = whole_log(people)
    with pytest.raises(UsageError, match="twice"):
        case_export.export(log, [ITEMS[0], ITEMS[0]])
    with pytest.raises(UsageError, match="no entry 99"):
        case_export.export(log, [Item("x", "file", made_by=99)])
    with pytest.raises(UsageError, match="no entries"):
        case_export.export(CustodyLog(case="empty"))
