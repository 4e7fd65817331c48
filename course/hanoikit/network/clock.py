"""The clock of an exercise: it starts when the story starts, can run faster than life, and can be stopped.

>>> clock = ExerciseClock.start(story=datetime(2026, 5, 4, 6, 0, tzinfo=UTC), real=real_now, speed=60)
>>> clock.now(real_now + timedelta(minutes=1))         # one real minute is one hour of the story
datetime.datetime(2026, 5, 4, 7, 0, tzinfo=datetime.timezone.utc)
>>> clock = clock.paused(real=real_now + timedelta(minutes=1))

A clock is a value: ``paused``, ``resumed``, ``at_speed`` and ``set_to`` give new ones, and plain JSON holds it, so
that a service and a kernel tell the same time after a restart. It never runs backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hanoikit.errors import ScenarioInvalid, UsageError
from hanoikit.i18n import _
from hanoikit.trust.certificates import require_zone

FASTEST = 100_000.0


@dataclass(frozen=True, slots=True)
class ExerciseClock:
    """At the real moment ``real`` the story stood at ``story``; since then it runs at ``speed`` unless it stands still.

    ``speed`` is story time for real time: 1 is life, 60 an hour in a minute. ``running`` is False while paused.
    """

    story: datetime
    real: datetime
    speed: float = 1.0
    running: bool = True

    def __post_init__(self) -> None:
        require_zone(self.story, self.real)
        if not 0 < self.speed <= FASTEST:
            raise UsageError("The speed of a clock is above 0 and at most 100,000.")

    @classmethod
    def start(
        cls, *, story: datetime, real: datetime, speed: float = 1.0, running: bool = True
    ) -> ExerciseClock:
        return cls(story.astimezone(UTC), real.astimezone(UTC), speed, running)

    def now(self, real: datetime) -> datetime:
        """The story's time (UTC) at this real moment. A real clock that was set back does not set the story back."""
        if not self.running or real <= self.real:
            return self.story
        return self.story + (real - self.real) * self.speed

    def real_time_of(self, story: datetime) -> datetime | None:
        """When the story reaches this moment; None while the clock stands still and it has not been reached."""
        if story <= self.story:
            return self.real
        return self.real + (story - self.story) / self.speed if self.running else None

    def paused(self, *, real: datetime) -> ExerciseClock:
        return replace(self._at(real), running=False)

    def resumed(self, *, real: datetime) -> ExerciseClock:
        return replace(self._at(real), running=True)

    def at_speed(self, speed: float, *, real: datetime) -> ExerciseClock:
        return replace(self._at(real), speed=speed)

    def set_to(self, story: datetime, *, real: datetime) -> ExerciseClock:
        """Jump forward to a moment of the story. Raises ``UsageError`` for a moment that has passed."""
        here = self._at(real)
        if story < here.story:
            raise UsageError(_("The clock of an exercise does not run backwards."))
        return replace(here, story=story.astimezone(UTC))

    def _at(self, real: datetime) -> ExerciseClock:
        return replace(self, story=self.now(real), real=max(real, self.real).astimezone(UTC))

    def to_json(self) -> dict[str, Any]:
        return {
            "real": self.real.isoformat(),
            "running": self.running,
            "speed": str(self.speed),
            "story": self.story.isoformat(),
        }

    @classmethod
    def from_json(cls, value: Any) -> ExerciseClock:
        """Raises ``ScenarioInvalid`` when ``value`` is no clock."""
        try:
            return cls(
                datetime.fromisoformat(value["story"]),
                datetime.fromisoformat(value["real"]),
                float(value["speed"]),
                bool(value["running"]),
            )
        except (KeyError, TypeError, ValueError, UsageError) as error:
            raise ScenarioInvalid(
                _("The clock of the exercise cannot be read ({detail}).").format(detail=error)
            ) from error


def span(text: str) -> timedelta:
    """A span as scenarios write it: ``"90m"``, ``"2h"``, ``"3d"``, ``"1:30"`` (hours and minutes) or ``"1d 2:15"``.

    Raises ``ScenarioInvalid`` for anything else.
    """
    total = timedelta(0)
    parts = text.split()
    try:
        if not parts:
            raise ValueError
        for part in parts:
            if ":" in part:
                hours, minutes = part.split(":")
                if not (hours.isdigit() and len(minutes) == 2 and minutes.isdigit()):
                    raise ValueError
                total += timedelta(hours=int(hours), minutes=int(minutes))
            else:
                number, unit = part[:-1], part[-1]
                if not (number.isdigit() and len(number) <= 6):
                    raise ValueError
                total += (
                    int(number)
                    * {
                        "s": timedelta(seconds=1),
                        "m": timedelta(minutes=1),
                        "h": timedelta(hours=1),
                        "d": timedelta(days=1),
                    }[unit]
                )
    except (ValueError, KeyError):
        raise ScenarioInvalid(
            _("“{text}” is no span of time.").format(text=text[:40]),
            next_step=_("Write it as 90m, 2h, 3d or 1:30."),
        ) from None
    return total
