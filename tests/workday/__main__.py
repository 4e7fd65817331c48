"""See the package. Ends with 0 when every step did what it must."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from .day import Day, capstone, summary


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.workday", description=__doc__)
    parser.add_argument("--to", type=Path, help="an empty folder to work in, kept afterwards")
    parser.add_argument("--trainees", type=int, default=30)
    parser.add_argument(
        "--browsers", type=int, default=3, help="trainees who answer in a browser; 0 for none"
    )
    parser.add_argument("--only", nargs="*", help="only these assignments")
    chosen = parser.parse_args()
    root = (chosen.to or Path(tempfile.mkdtemp(prefix="workday-"))).resolve()
    root.mkdir(parents=True, exist_ok=True)
    day = Day(root, trainees=chosen.trainees, names=chosen.only)
    day.say(f"in {root}, load {os.getloadavg()[0]:.1f}")
    day.prepare()
    day.begin_class()
    day.hand_out()
    day.answer_by_script(chosen.browsers)
    day.hand_in_all(chosen.browsers)
    if chosen.browsers:
        from .browsers import answer_in_browsers

        answer_in_browsers(day, chosen.browsers)
    day.odd_hand_ins()
    day.collect()
    day.mark()
    day.report()
    if chosen.browsers:
        from .browsers import mark_by_hand

        mark_by_hand(day)
    day.give_back()
    day.check_the_ledger()
    day.check_as_a_trainee()
    capstone(day, browsers=chosen.browsers > 0)
    (root / "summary.json").write_text(json.dumps(summary(day), indent=1), encoding="utf-8")
    day.say("everything as it must be")


main()
