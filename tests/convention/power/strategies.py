"""Needs, moments and laws for the property-based tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from hanoikit.convention.power import Data, Need, Place, Urgency, laws, offences

moments = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2032, 12, 31), timezones=st.just(UTC)
)
states = st.sampled_from(sorted(laws()))
needs = st.builds(
    Need,
    wanted=st.frozensets(st.sampled_from(list(Data)), min_size=1),
    place=st.sampled_from(list(Place)),
    offence=st.sampled_from(offences()),
    trusted=st.booleans(),
    at_risk=st.booleans(),
    urgency=st.sampled_from(list(Urgency)),
    specified=st.just(True),
    investigation=st.just(True),
    closed=st.booleans(),
    locked=st.booleans(),
)

# Zones whose clocks change at midnight, by half an hour, or not at all, besides those of the story.
zones = st.sampled_from(
    [
        "Europe/Helsinki",
        "Asia/Kathmandu",
        "Asia/Bangkok",
        "America/Bogota",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "America/Havana",
        "Pacific/Apia",
        "UTC",
    ]
)
DAY = timedelta(days=1)
