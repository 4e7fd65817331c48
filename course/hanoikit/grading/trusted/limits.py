"""How much one hand-in may use. The parent holds the clocks; the kernel holds the rest.

>>> Limits().cell_seconds
30.0
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

_NO_LIMIT = 3600.0
"""What a course gets that sets none: an hour a cell."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one hand-in; sizes in bytes, times in seconds of wall clock."""

    cell_seconds: float = 30.0
    """One cell of the trainee; nbgrader's own default."""
    judge_seconds: float = 180.0
    """One marking cell, with the independent programs that it may ask, without the trainee's calls."""
    call_seconds: float = 10.0
    """The most that one call of a trainee's function may get, whatever the test asks for."""
    hand_in_seconds: float = 300.0
    """All of the trainee's code together, calls included."""
    processor_seconds: int = 300
    memory: int = 1 << 30
    """Address space beyond what the preloaded libraries use."""
    processes: int = 64
    file_size: int = 64 << 20
    open_files: int = 256
    scratch: int = 256 << 20
    """The hand-in's own file system, in memory."""
    cell_output: int = 200_000
    """Characters that one cell may print; nbgrader's formgrader becomes unusable long before."""
    all_output: int = 4_000_000
    hand_in_files: int = 2_000
    hand_in_bytes: int = 200 << 20
    notebook_bytes: int = 64 << 20
    calls: int = 5_000
    """Calls of trainees' functions for one hand-in."""
    restarts: int = 32
    """How often a trainee's dead process is started again, without the cell that killed it; their time counts too."""

    @classmethod
    def of_course(cls, config: Any) -> Limits:
        """With the time for one cell that a course's settings name (``Execute.timeout``), calls included."""
        from hanoikit.grading.trusted.layout import setting

        nothing = object()
        found = setting(config, ("ExecutePreprocessor", "Execute"), "timeout", nothing)
        if found is nothing:
            return cls()
        usable = isinstance(found, int | float) and found > 0
        seconds = min(float(found), _NO_LIMIT) if usable else _NO_LIMIT
        return cls(
            cell_seconds=seconds,
            call_seconds=seconds,
            judge_seconds=seconds,
            hand_in_seconds=max(cls().hand_in_seconds, 4 * seconds),
            processor_seconds=int(max(cls().processor_seconds, 4 * seconds)),
        )

    def data(self) -> dict[str, Any]:
        """As plain data, for a child."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
