"""The zones that the labs offer: those of the invented States, and UTC."""

from __future__ import annotations

from hanoikit.i18n import _


def zone_options() -> tuple[tuple[str, str], ...]:
    """Zone name and label, UTC first, for a select control."""
    from hanoikit.casework.world import STATES

    states = tuple(
        (
            state.zone,
            _("{state} ({code}), {capital}").format(state=state.name, code=state.code, capital=state.capital),
        )
        for state in STATES.values()
    )
    return (("UTC", "UTC"), *states)
