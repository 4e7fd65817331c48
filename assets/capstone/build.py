"""Derives the scenarios of the whole case from its story.

python assets/capstone/build.py            write ../network/scenarios/whole-case*.yaml
python assets/capstone/build.py --check    write nothing; exit 1 when a file is not what the story says
"""

from __future__ import annotations

import sys
from pathlib import Path

from hanoikit.capstone.building import derived

TARGET = Path(__file__).parent.parent / "network" / "scenarios"


def main() -> int:
    stale = 0
    for name, text in derived().items():
        path = TARGET / name
        if "--check" in sys.argv[1:]:
            stale += not path.is_file() or path.read_text(encoding="utf-8") != text
        else:
            path.write_text(text, encoding="utf-8")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
