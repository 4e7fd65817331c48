"""What the tests of the offence room share: strategies for conduct, and laws made for a test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest
from hypothesis import strategies as st

from hanoikit.convention.offence import Conduct, StateLaw, facts, offence_elements, state
from hanoikit.convention.offence.states import CodeOffence

ARTICLES = tuple(range(7, 18))


def values_of(key: str) -> tuple[str, ...]:
    return ("yes", "no", "tried", "prepared") if facts()[key].can_be_tried else ("yes", "no")


def conduct_about(keys: Iterable[str], *, role: str = "principal"):
    """Conduct in which each of these facts has any value or is open."""
    one_each = st.fixed_dictionaries({key: st.sampled_from((None, *values_of(key))) for key in keys})
    return one_each.map(lambda chosen: Conduct({k: v for k, v in chosen.items() if v is not None}, role=role))


@st.composite
def any_conduct(draw, *, articles=ARTICLES):
    """Conduct about one article: any value for each fact that bears on it, and a role."""
    article = draw(st.sampled_from(articles))
    role = draw(st.sampled_from(("principal", "helper")))
    keys = [*offence_elements(article).facts, "helped-on-purpose"]
    return article, draw(conduct_about(keys, role=role))


def section(article: int, choices=(), *, attempt: bool = True, preparation: bool = False) -> CodeOffence:
    """A section of a penal code that carries out an article with these choices."""
    return CodeOffence("one", "s. 1", "An offence", article, tuple(choices), (), attempt, preparation, 5)


def law_with(*offences: CodeOffence, code: str = "XZ", base: StateLaw | None = None) -> StateLaw:
    return dataclasses.replace(base or state("XA"), code=code, name=code, offences=offences)


class Kit:
    """The helpers for tests, as one fixture: pytest's import mode puts no test folder on the path."""

    articles = ARTICLES
    values_of = staticmethod(values_of)
    conduct_about = staticmethod(conduct_about)
    any_conduct = staticmethod(any_conduct)
    section = staticmethod(section)
    law_with = staticmethod(law_with)


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit
