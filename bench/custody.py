"""How much does reading and verifying a custody log cost beyond its signatures?

``python bench/custody.py`` writes a log of 100,000 signed entries and compares, in one process and one
thread:

- ours: ``CustodyLog.load`` of the file plus ``verify``: chain, signatures, certificates, times, custody,
  digests, and a stamped head;
- peer: ``Ed25519PublicKey.verify`` of the same 100,000 signatures over the same bytes, all else done before.

Processor time, not wall time, so that other programs on the machine do not count; the two take turns, and the
best turn of each counts.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hanoikit.evidence.custody import Anchor, CustodyLog, verify
from hanoikit.evidence.identity import CourseAuthority

ENTRIES = 100_000
TARGET = 1.3
TURNS = 3


def run(entries: int = ENTRIES, turns: int = TURNS) -> list[dict[str, Any]]:
    """One measurement: processor seconds of both, their ratio, and whether the ratio is within the target."""
    authority = CourseAuthority.create(seed="bench")
    roots = [authority.certificate]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "custody.jsonl"
        log = _write(authority, entries)
        log.save(path)
        anchor = Anchor.of(log, at=log.entries[-1].at)
        keys = {print_: certificate.public_key() for print_, certificate in log.certificates().items()}
        signed = [(keys[entry.actor], entry.signature, entry.signed_bytes) for entry in log.entries]
        del log
        ours, peer = [], []
        for _turn in range(turns):
            gc.collect()
            start = time.process_time()
            findings = verify(CustodyLog.load(path), roots=roots, anchors=[anchor])
            ours.append(time.process_time() - start)
            assert findings == [], findings[:3]
            gc.collect()
            start = time.process_time()
            for key, signature, data in signed:
                key.verify(signature, data)
            peer.append(time.process_time() - start)
    mine, bare = min(ours), min(peer)
    ratio = mine / bare
    return [
        {
            "name": f"Custody log of {entries:,} signed entries, load and verify",
            "ours": round(mine, 3),
            "peer": round(bare, 3),
            "unit": "s",
            "ratio": round(ratio, 3),
            "target": f"<= {TARGET}",
            "met": ratio <= TARGET,
        }
    ]


def _write(authority: CourseAuthority, entries: int) -> CustodyLog:
    """A log as a busy evidence room writes it: items come in, are handed to examiners and back."""
    people = [
        authority.issue(name=name, role=role, organisation="Evidence unit", state="XA")
        for name, role in (
            ("Lan Anh Tran", "DEFR"),
            ("Minh Vo", "custodian"),
            ("Sara Odeh", "examiner"),
        )
    ]
    first, keeper, examiner = people
    log = CustodyLog(case="XA-2026-0417")
    at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    number = 0
    while len(log) < entries:
        number += 1
        item, digest = f"image-{number}", f"{number:064x}"
        at += timedelta(seconds=40)
        log.append(
            action="acquired", item=item, actor=first, place="Harbour Street 5", at=at, item_sha256=digest
        )
        log.hand_over(item=item, giver=first, taker=keeper, place="Evidence room", at=at, item_sha256=digest)
        log.append(action="stored", item=item, actor=keeper, place="Evidence room, shelf 7", at=at)
        log.hand_over(item=item, giver=keeper, taker=examiner, place="Laboratory", at=at, item_sha256=digest)
        log.append(
            action="examined", item=item, actor=examiner, place="Laboratory", at=at, note="File list made"
        )
        log.hand_over(item=item, giver=examiner, taker=keeper, place="Evidence room", at=at)
        log.append(action="stored", item=item, actor=keeper, place="Evidence room, shelf 7", at=at)
    return CustodyLog.from_lines(log.header, [entry.line for entry in log.entries[:entries]])


if __name__ == "__main__":
    results = run()
    for result in results:
        print(result)
    sys.exit(0 if all(result["met"] for result in results) else 1)
