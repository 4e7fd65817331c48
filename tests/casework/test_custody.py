"""The custody log of the case: honest it verifies; attacked, the attack is found where it was made."""

from __future__ import annotations

import json

import pytest
from cryptography import x509

from hanoikit.casework import SHIPPED_SEEDS, evidence_case, identities, open_case, witnessed_heads
from hanoikit.casework.custody_files import honest_log, make_custody
from hanoikit.casework.people import SIGNERS, course_authority
from hanoikit.casework.plan import ATTACKS
from hanoikit.casework.truth import truth
from hanoikit.errors import ArtefactUnreadable
from hanoikit.evidence import timestamp
from hanoikit.evidence.custody import CustodyLog, verify

HASHES = {"media": "a" * 64, "xc-web.log": "b" * 64}
# For each attack two seeds that draw it.
SEEDS = [
    seed
    for name in ATTACKS
    for seed in [s for s in range(200) if evidence_case(s).custody.attack == name][:2]
]


def errors(log, roots, heads):
    return [f for f in verify(log, roots=roots, anchors=heads) if f.severity == "error"]


@pytest.mark.parametrize("seed", range(5))
def test_the_honest_log_verifies_and_tells_the_whole_way_of_the_stick(seed):
    plan = evidence_case(seed)
    log = honest_log(plan, HASHES)
    assert verify(log, roots=[course_authority(plan).certificate]) == []
    assert len(log) == 24
    names = {identity.fingerprint: key for key, identity in identities(plan).items()}
    assert {names[entry.actor] for entry in log.entries} == set(SIGNERS)
    assert {entry.at.utcoffset().total_seconds() / 3600 for entry in log.entries} == {3, 7}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_attack_is_found_exactly_where_the_plan_put_it(seed):
    plan = evidence_case(seed)
    custody = make_custody(plan, HASHES)
    assert custody.attack == plan.custody.attack
    received = CustodyLog.from_bytes(custody.received.to_bytes())
    heads = custody.witness["heads"]
    assert received.to_bytes() != custody.honest.to_bytes()
    assert heads == sorted(heads, key=lambda head: head["index"])
    if custody.attack in {"truncate", "fork", "re-sign", "back-date", "swap"}:
        # What the register noted is the honest history; the two part at the first broken entry.
        same = [h["hash"] for h in heads] == [e.hash for e in custody.honest.entries]
        assert same
        lines = [record.line for record in received.records]
        honest = [record.line for record in custody.honest.records]
        parts = next((n for n, (a, b) in enumerate(zip(lines, honest, strict=False), 1) if a != b), None)
        assert custody.first_broken == (parts or min(len(lines), len(honest)) + 1)


def test_the_same_plan_gives_the_same_log_and_register():
    plan = evidence_case(3)
    one, other = make_custody(plan, HASHES), make_custody(plan, HASHES)
    assert one.received.to_bytes() == other.received.to_bytes()
    assert (one.witness, one.last_noted, one.timestamped_at) == (
        other.witness,
        other.last_noted,
        other.timestamped_at,
    )


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_with_the_files_alone_the_trainee_finds_the_attack_that_the_truth_names(tmp_path, seed):
    case, true = open_case(into=tmp_path / "case", seed=seed), truth("m04", seed)
    roots = x509.load_pem_x509_certificates(case.path("authority.pem").read_bytes())
    log = CustodyLog.load(case.path("custody.jsonl"))
    found = errors(log, roots, witnessed_heads(case.path("custody-witness.json")))
    assert found[0].entry == true.first_broken
    assert {f.code for f in found if f.entry == true.first_broken} == set(true.finding_codes)
    assert (len(log), true.custody_entries) == (true.received_entries, 24)


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_the_head_in_the_register_is_the_one_that_was_timestamped(tmp_path, seed):
    case = open_case(into=tmp_path / "case", seed=seed)
    roots = x509.load_pem_x509_certificates(case.path("timestamp-authority.pem").read_bytes())
    note = json.loads(case.path("custody-witness.json").read_text())
    last = note["heads"][-1]
    data = json.dumps(
        {
            "case": note["case"],
            "hash": last["hash"],
            "index": last["index"],
            "type": "hanoikit.custody-head/1",
        },
        separators=(",", ":"),
        sort_keys=True,
    ).encode()
    info = timestamp.verify(case.path("custody-head.tsr").read_bytes(), data=data, roots=roots)
    assert info.gen_time.isoformat()[:10] == "2026-04-03"
    assert "timestamp authority" in info.authority


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_the_certificates_file_holds_the_people_of_the_case(tmp_path, seed):
    case = open_case(into=tmp_path / "case", seed=seed)
    text = case.path("certificates.pem").read_bytes()
    people = identities(evidence_case(seed))
    assert x509.load_pem_x509_certificates(text) == [person.certificate for person in people.values()]
    for person in people.values():
        assert person.name in text.decode()
    (root,) = x509.load_pem_x509_certificates(case.path("authority.pem").read_bytes())
    for person in people.values():
        person.certificate.verify_directly_issued_by(root)


def test_an_unreadable_register_is_told(tmp_path):
    path = tmp_path / "custody-witness.json"
    for text in ("{", "[]", '{"heads": [{"index": 1}]}'):
        path.write_text(text)
        with pytest.raises(ArtefactUnreadable):
            witnessed_heads(path)
