"""Faults: a class is marked while its processes are killed at random, and ends as if nothing had been.

python -m bench.faults --hand-ins 400 --kills 120 --seed 7

``kill -9`` hits the command, the walls, the zygotes, and trainees' and judges' processes. The command is started again
until it is done. Then gradebook and marked folders are compared with those of an undisturbed run, byte for byte.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.grading.faults import Kills, command, environment, gradebook, tree

from bench.marking import course


def run(*, hand_ins: int = 300, kills: int = 40, seed: int = 7) -> list[dict[str, Any]]:
    """One row."""
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        folder = course(Path(place) / "course", "", hand_ins)
        quiet = Path(place) / "quiet"
        shutil.copytree(folder, quiet)
        config = quiet / "nbgrader_config.py"
        config.write_text(
            config.read_text(encoding="utf-8").replace(str(folder), str(quiet)), encoding="utf-8"
        )
        subprocess.run(command(quiet), env=environment(), check=True, capture_output=True)
        hit = Kills(random.Random(seed), most=kills)
        hit.mark(folder)
        same = gradebook(folder) == gradebook(quiet) and tree(folder) == tree(quiet)
        rows = len(gradebook(quiet))
    words = ", ".join(f"{kind} {count}" for kind, count in sorted(hit.done.items()))
    return [
        {
            "name": f"marking, {hand_ins} hand-ins with {hit.done.total()} kills",
            "ours": f"{'equal' if same else 'DIFFERENT'} in {rows} rows ({words}; {hit.runs} runs)",
            "peer": "",
            "ratio": None,
            "target": "equal",
            "met": same,
        }
    ]


def main() -> int:
    """The script."""
    parser = argparse.ArgumentParser(description="Kill processes at random while a class is marked.")
    parser.add_argument("--hand-ins", type=int, default=400)
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    (row,) = run(hand_ins=given.hand_ins, kills=given.kills, seed=given.seed)
    print(f"{row['name']}: {row['ours']}")
    return 0 if row["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
