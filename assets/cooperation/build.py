"""Derives the JSON Schema of a request from the table of kinds.

python assets/cooperation/build.py            write request.schema.json
python assets/cooperation/build.py --check    write nothing; exit 1 when the file is not what the table says
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hanoikit.cooperation.schema import derived

TARGET = Path(__file__).with_name("request.schema.json")


def main() -> int:
    text = json.dumps(derived(), indent=1, ensure_ascii=True) + "\n"
    if "--check" in sys.argv[1:]:
        return int(not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
