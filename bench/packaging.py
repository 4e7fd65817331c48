"""How fast a package of 2,000 files is made, beside bagit-python in one process.

Both start from the same folder of evidence and end with a bag in a new place, so the copy counts for both:

- peer: ``shutil.copytree`` (the kernel's own copying), then ``bagit.make_bag(processes=1,
checksums=["sha256"])``,
  which works in place; no signature, no timestamp.
- ours: ``package.create``, with one signature and one RFC 3161 timestamp.

The runs alternate and the fastest of three counts; both bags are validated by bagit-python afterwards,
outside the clock.
"""

from __future__ import annotations

import logging
import os
import random
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILES = 2_000
SMALLEST, LARGEST = 4 * 1024, 1024 * 1024
TARGET = 1.5


def make_evidence(folder: Path, *, files: int = FILES, seed: int = 4) -> int:
    """Files of 4 KB to 1 MB (evenly spread on a logarithmic scale) in 40 folders; returns all bytes."""
    source = random.Random(seed)
    total = 0
    for number in range(files):
        place = folder / f"box-{number % 40:02}"
        place.mkdir(exist_ok=True)
        size = int(SMALLEST * (LARGEST / SMALLEST) ** source.random())
        (place / f"item-{number:04}.bin").write_bytes(source.randbytes(size))
        total += size
    return total


def run(*, files: int = FILES, rounds: int = 3) -> list[dict[str, Any]]:
    """One row: name, ours and peer in seconds, their ratio (how many times as fast as the peer), target,
    met.
    """
    import bagit

    from hanoikit.evidence import package
    from hanoikit.evidence.identity import CourseAuthority
    from hanoikit.evidence.timestamp import LocalTimestampAuthority

    logging.getLogger("bagit").setLevel(logging.ERROR)
    packer = CourseAuthority.create(seed="bench").issue(
        name="Marek Novák", role="examiner", organisation="Laboratory", state="XA"
    )
    authority = LocalTimestampAuthority.create(seed="bench")
    at = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="hanoikit-bench-") as place:
        source = Path(place) / "evidence"
        source.mkdir()
        total = make_evidence(source, files=files)
        payload = package.payload_of(source)

        def peer(target: Path) -> None:
            shutil.copytree(source, target)
            bagit.make_bag(str(target), processes=1, checksums=["sha256"])

        def ours(target: Path) -> None:
            package.create(target, payload, identity=packer, authority=authority, at=at)

        ours(Path(place) / "warm")  # imports and file cache, for both
        shutil.rmtree(Path(place) / "warm")
        times: dict[str, list[float]] = {"peer": [], "ours": []}
        for turn in range(rounds):
            for name, act in (("peer", peer), ("ours", ours)):
                target = Path(place) / f"{name}-{turn}"
                if hasattr(os, "sync"):
                    os.sync()  # so that nobody pays for what the other left to be written
                start = time.perf_counter()
                act(target)
                times[name].append(time.perf_counter() - start)
                bagit.Bag(str(target)).validate()
                shutil.rmtree(target)
    best = {name: min(taken) for name, taken in times.items()}
    ratio = best["peer"] / best["ours"]
    return [
        {
            "name": f"package {files} files, {total / 1e6:.0f} MB, copy included (s)",
            "ours": round(best["ours"], 3),
            "peer": round(best["peer"], 3),
            "ratio": round(ratio, 2),
            "target": TARGET,
            "met": ratio >= TARGET,
        }
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
