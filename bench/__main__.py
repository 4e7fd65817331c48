"""``python -m bench [NAME ...]``: run the measurements, print one table, keep the figures in ``bench/results/``.

Exit code 1 when a target is missed. The figures of a day are in ``bench/results/DATE.json``; a second run of the same
day replaces the rows that it measured again.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def modules() -> list[str]:
    """The names of the measurements."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def measure(names: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each module; one that fails gives a row that says so, and the others still run."""
    found = {}
    for name in names:
        print(f"measuring: {name} ...", file=sys.stderr, flush=True)
        start = time.perf_counter()
        try:
            found[name] = importlib.import_module(f"bench.{name}").run()
        except Exception as error:
            found[name] = [{"name": name, "failed": f"{type(error).__name__}: {error}", "met": False}]
        print(f"measuring: {name}, {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return found


def keep(rows: dict[str, list[dict[str, Any]]], now: datetime, folder: Path = RESULTS) -> Path:
    """Write the rows into the file of the day, beside what was measured that day before."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{now:%Y-%m-%d}.json"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))["rows"]
    except (OSError, ValueError, KeyError):
        before = {}
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    data = {"at": now.isoformat(timespec="seconds"), "machine": machine, "rows": {**before, **rows}}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def show(rows: dict[str, list[dict[str, Any]]]) -> None:
    """One table of everything."""
    from rich.console import Console
    from rich.table import Table

    table = Table("Measurement", "Hanoi Kit", "Peer", "Ratio", "Target", "Met", "Load")
    for row in (row for part in rows.values() for row in part):
        if "skipped" in row or "failed" in row:
            reason = row.get("skipped") or row.get("failed")
            table.add_row(
                str(row["name"]), str(reason), "", "", "", "skipped" if "skipped" in row else "FAILED", ""
            )
            continue
        met = row.get("met")
        word = "" if met is None else "yes" if met else "NO"
        cells = (row.get(key, "") for key in ("name", "ours", "peer", "ratio", "target"))
        table.add_row(*("" if cell is None else str(cell) for cell in cells), word, str(row.get("load", "")))
    Console().print(table)


def main(arguments: list[str]) -> int:
    known = modules()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"There is no measurement {unknown[0]}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    rows = measure(arguments or known)
    show(rows)
    print(f"kept in {keep(rows, datetime.now(UTC)).relative_to(HERE.parent)}")
    return 0 if all(row.get("met") in (True, None) for part in rows.values() for row in part) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
