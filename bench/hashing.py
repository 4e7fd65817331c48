"""How fast the kit hashes one GiB, against ``sha256sum`` on the same file in the same run.

>>> from bench import hashing            # doctest: +SKIP
>>> hashing.run()                        # doctest: +SKIP
[{'name': 'SHA-256 of 1 GiB, speed', 'ratio': ..., 'target': '>= 0.9', 'met': True, ...}, ...]

Both sides run as child processes, by turns, after one warm-up read; the best of three counts. Ours is the
time of the call, the peer's that of the whole (short) program. Our child also reports its greatest memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_MIB = 1 << 20
_CHILD = """
import pathlib, sys, time
from hanoikit.evidence import hashing
start = time.perf_counter()
digests = hashing.digest(sys.argv[1], algorithms=sys.argv[2].split(","))
seconds = time.perf_counter() - start
status = pathlib.Path("/proc/self/status")
if status.exists():  # getrusage would count the parent too, as it was when it made this process
    peak = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
else:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(digests["sha256"], seconds, peak)
"""


def run(*, size: int = 1 << 30, rounds: int = 3, folder: Path | None = None) -> list[dict[str, Any]]:
    """One row for each bar (speed, memory) and one without a bar (two algorithms in one pass).

    Speeds are MiB/s. Needs ``size`` bytes of disk in ``folder`` (default: the system's temporary folder).
    """
    program = shutil.which("sha256sum")
    if program is None:
        return [
            {"name": "SHA-256 of 1 GiB, speed", "skipped": "sha256sum is not installed (package coreutils)"}
        ]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "one-gib.bin"
        block = os.urandom(_MIB)
        with path.open("wb") as stream:
            for number in range(size // _MIB):
                stream.write(number.to_bytes(8, "big") + block[8:])
        ours, peer, both, peak = [], [], [], 0
        _ours(path, "sha256")
        for _round in range(rounds):
            value, seconds, memory = _ours(path, "sha256")
            ours.append(seconds)
            peak = max(peak, memory)
            start = time.perf_counter()
            answer = subprocess.run([program, str(path)], check=True, capture_output=True, text=True).stdout
            peer.append(time.perf_counter() - start)
            if answer.split()[0].lstrip("\\") != value:
                raise AssertionError("the kit and sha256sum disagree")
            _value, seconds, memory = _ours(path, "md5,sha256")
            both.append(seconds)
            peak = max(peak, memory)
    mib = size / _MIB
    ratio = min(peer) / min(ours)
    return [
        {
            "name": "SHA-256 of 1 GiB, speed",
            "ours": f"{mib / min(ours):.0f} MiB/s",
            "peer": f"{mib / min(peer):.0f} MiB/s (sha256sum)",
            "ratio": round(ratio, 2),
            "target": ">= 0.9",
            "met": ratio >= 0.9,
        },
        {
            "name": "SHA-256 of 1 GiB, greatest memory",
            "ours": f"{peak / _MIB:.0f} MiB",
            "peer": "",
            "ratio": round(peak / (64 * _MIB), 2),
            "target": "<= 64 MiB",
            "met": peak <= 64 * _MIB,
        },
        {
            "name": "MD5 and SHA-256 in one pass, against two sha256sum passes",
            "ours": f"{mib / min(both):.0f} MiB/s",
            "peer": f"{mib / min(peer) / 2:.0f} MiB/s",
            "ratio": round(2 * min(peer) / min(both), 2),
            "target": "",
            "met": True,
        },
    ]


def _ours(path: Path, algorithms: str) -> tuple[str, float, int]:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), algorithms], check=True, capture_output=True, text=True
    )
    value, seconds, peak = done.stdout.split()
    return value, float(seconds), int(peak)
