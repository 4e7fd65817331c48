"""``kill -9`` under load: what was acknowledged is there, once, and the record verifies."""

from __future__ import annotations

from typing import Any

import pytest

from hanoikit.desk_service.trial import Trial


@pytest.mark.slow
def test_no_acknowledged_message_is_lost_or_doubled_when_the_service_is_killed_under_load(
    start: Any, tmp_path: Any
) -> None:
    running = start()
    running.stop()
    trial = Trial(running, tmp_path / "keys", seed=5, longest=1.0, least=34)
    for _round in range(3):
        trial.round()
    verdict = trial.verdict()
    assert verdict.acknowledged > 100
    assert verdict.good, verdict
