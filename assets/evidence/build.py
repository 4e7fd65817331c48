"""Make the shipped cases of module 4 again: ``make assets`` (needs mtools, dosfstools, ewf-tools and
faketime).

The same seed gives the same bytes, so a second run changes nothing. ``--check`` writes nothing and ends with
1 if a file would change.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from hanoikit.casework import SHIPPED_SEEDS, build_case, evidence_case

HERE = Path(__file__).parent


def contents(folder: Path) -> dict[str, bytes]:
    """Path inside the folder -> content, of every file under it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def main(arguments: list[str]) -> int:
    """Build every shipped seed; returns the exit code."""
    stale = False
    for seed in SHIPPED_SEEDS:
        target = HERE / "m04" / str(seed)
        with tempfile.TemporaryDirectory() as scratch:
            fresh = Path(scratch) / str(seed)
            build_case(evidence_case(seed), fresh)
            same = target.is_dir() and contents(fresh) == contents(target)
            print(f"m04, seed {seed}: {'unchanged' if same else 'different'}")
            if same or "--check" in arguments:
                stale = stale or not same
                continue
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(fresh, target)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
