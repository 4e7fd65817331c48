"""How fast a year of 60,000 requests at a 24/7 desk is simulated, against the same model in SimPy.

>>> from bench import simulation         # doctest: +SKIP
>>> simulation.run()                     # doctest: +SKIP
[{'name': 'A year of 60,000 requests', 'ours': '0.06 s', 'peer': '15 s (SimPy)', 'target': '<= 0.2 s', ...}, ...]

Processor time, not wall time, so that other programs on the machine do not count; the best of several turns for ours,
one turn for the peer. Both must come to the same outcome in every case, or there is no figure. Memory is the growth
of a fresh process from its imports to its greatest size.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

_MIB = 1 << 20
_CHILD = """
import pathlib, sys
from hanoikit.network import simulation
from hanoikit.network.simulation import reference, vectorised

def kib(name):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

before = kib("VmRSS")
scenario = simulation.default_scenario()
simulation.figures(scenario) if sys.argv[1] == "ours" else reference.simulate(scenario)
print(kib("VmHWM") - before)
"""


def run(*, turns: int = 7) -> list[dict[str, Any]]:
    """Speed of the model, of the whole answer to a slider, of the worst pattern; and memory."""
    import numpy as np

    from hanoikit.network import simulation
    from hanoikit.network.simulation import reference, vectorised

    scenario = simulation.default_scenario()
    count = f"{scenario.requests_per_year:,}"
    cold = _seconds(lambda: simulation.figures(scenario))
    ours = min(_seconds(lambda: vectorised.simulate(scenario)) for _turn in range(turns))
    slider = min(_seconds(lambda: simulation.figures(scenario)) for _turn in range(turns))
    worst, pattern = max(
        (min(_seconds(lambda: simulation.figures(other)) for _turn in range(turns)), other.staffing.id)  # noqa: B023
        for other in (scenario.but(staffing=staffing) for staffing in simulation.staffing_patterns())
    )
    found: list[Any] = []
    peer = _seconds(lambda: found.append(reference.simulate(scenario)))
    if not np.array_equal(found[0].run.outcome, vectorised.simulate(scenario).outcome):
        raise AssertionError("the two simulations disagree")
    ratio = peer / ours
    rows: list[dict[str, Any]] = [
        {
            "name": f"A year of {count} requests at a 24/7 desk, processor time",
            "ours": f"{ours:.3f} s",
            "peer": f"{peer:.1f} s (SimPy, the same outcome in every case)",
            "ratio": round(ratio, 1),
            "target": ">= 50",
            "met": ratio >= 50,
        },
        _limit(
            f"The same with summary and figures (what a slider waits for; the first time {cold:.2f} s)",
            slider,
        ),
        _limit(f"The same for the slowest pattern of shifts ({pattern})", worst),
    ]
    return [*rows, _memory()]


def _limit(name: str, seconds: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours": f"{seconds:.3f} s",
        "peer": "",
        "ratio": round(seconds / 0.2, 2),
        "target": "<= 0.2 s",
        "met": seconds <= 0.2,
    }


def _seconds(act: Callable[[], Any]) -> float:
    gc.collect()
    start = time.process_time()
    act()
    return time.process_time() - start


def _memory() -> dict[str, Any]:
    name = "A year of 60,000 requests, greatest growth of memory"
    if not sys.platform.startswith("linux"):
        return {"name": name, "skipped": "read from /proc, which this system does not have"}
    ours, peer = (
        int(
            subprocess.run(
                [sys.executable, "-c", _CHILD, who], check=True, capture_output=True, text=True
            ).stdout
        )
        * 1024
        for who in ("ours", "peer")
    )
    return {
        "name": name,
        "ours": f"{ours / _MIB:.0f} MiB",
        "peer": f"{peer / _MIB:.0f} MiB (SimPy)",
        "ratio": round(ours / (96 * _MIB), 2),
        "target": "<= 96 MiB",
        "met": ours <= 96 * _MIB,
    }


if __name__ == "__main__":
    results = run()
    for result in results:
        print(result)
    sys.exit(0 if all(result.get("met", True) for result in results) else 1)
