"""What the tests of the recovery room share: the shipped case, its two flows, and a small case made now."""

import pytest

from hanoikit.recovery import SMALL, money_of_lantern, shipped, trace_all


@pytest.fixture(scope="session")
def case():
    return shipped()


@pytest.fixture(scope="session")
def flow(case):
    return case.flow()


@pytest.fixture(scope="session")
def traces(case, flow):
    return trace_all(flow, sources=case.stolen())


@pytest.fixture(scope="session")
def small():
    return money_of_lantern(seed=7, scale=SMALL)
