"""Run all of nbgrader's tests both ways, or write the page about them; see the package."""

from __future__ import annotations

import sys
from pathlib import Path

from . import page, running

ROOT = Path(__file__).resolve().parents[3]


def main(words: list[str]) -> int:
    """Exit code 1 when a test changed its class."""
    if words == ["--write"]:
        (ROOT / page.PLACE).write_text(page.text(), encoding="utf-8")
        return 0
    changed = []
    for form in running.FORMS:
        ended = running.run(form, [running.AUTOGRADE, *running.MORE])
        count = sum(how.outcome == "passed" for tests in ended.values() for how in tests.values())
        print(f"{form}: {count} of {sum(map(len, ended.values()))} pass", flush=True)
        changed += [f"{form} {line}" for line in running.changes(form, ended)]
    print("\n".join(changed) or "As expected.")
    return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
