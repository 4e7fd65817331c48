"""How long a person waits for the command line: ``import hanoikit`` and ``hanoikit --help`` against bare Python.

>>> from bench import startup            # doctest: +SKIP
>>> startup.run()                        # doctest: +SKIP
[{'name': 'import hanoikit', ..., 'met': True}, {'name': 'hanoikit --help', ..., 'met': True}]

Each side is a process of its own, by turns; the best of each counts, because whatever else the machine does
only adds to it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

IMPORT_LIMIT = 0.15
"""Seconds that ``import hanoikit`` may take more than bare Python."""

HELP_LIMIT = 0.4
"""Seconds that ``hanoikit --help`` may take in all."""


def run(*, rounds: int = 15) -> list[dict[str, Any]]:
    """Two rows; times in seconds, ``ratio`` is ours over bare Python."""
    bare = ["-c", "pass"]
    rows = []
    commands = {
        "import hanoikit": ["-c", "import hanoikit"],
        "hanoikit --help": ["-m", "hanoikit.cli", "--help"],
    }
    for name, ours in commands.items():
        mine, peer = [], []
        for turn in range(rounds + 1):
            pair = _seconds(ours), _seconds(bare)
            if turn:
                mine.append(pair[0])
                peer.append(pair[1])
        took, base = min(mine), min(peer)
        importing = name.startswith("import")
        rows.append(
            {
                "name": name,
                "ours": f"{took:.3f} s",
                "peer": f"{base:.3f} s (python -c pass)",
                "ratio": round(took / base, 2),
                "target": f"<= {IMPORT_LIMIT} s more" if importing else f"<= {HELP_LIMIT} s",
                "met": took - base <= IMPORT_LIMIT if importing else took <= HELP_LIMIT,
            }
        )
    return rows


def _seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    return time.perf_counter() - start
