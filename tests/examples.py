"""How many examples Hypothesis makes, and that no test fails because the machine was busy.

``suite``, the profile of every ordinary run: sixty examples unless a test says otherwise, and the same ones each time.
Nothing in it looks at the clock: Hypothesis' own limits (200 ms for an example, a second for making ten) say more about
the machine than about the kit. What is new is looked for on purpose, with other examples each time and many more:

>>> python -m pytest --hypothesis-profile=deep tests/convention tests/evidence
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A fixture that a test of examples uses is the same for all of them; the tests that write into one clean up or
# write under another name each time.
_CALM = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


def load() -> None:
    """Make the profiles known and take that of the suite; ``--hypothesis-profile`` takes another afterwards."""
    settings.register_profile(
        "suite",
        deadline=None,
        suppress_health_check=_CALM,
        max_examples=60,
        derandomize=True,
        database=None,
    )
    settings.register_profile("deep", deadline=None, suppress_health_check=_CALM, max_examples=1000)
    settings.load_profile("suite")


def deep() -> bool:
    """Whether this run looks for what is new: tests at full size ask it."""
    return settings.get_current_profile_name() == "deep"
