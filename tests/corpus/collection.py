"""All families of the corpus, and their cases in order."""

from __future__ import annotations

from tests.corpus import (
    bombs,
    endings,
    endless,
    folders,
    forging,
    network,
    notebooks,
    pretending,
    reading,
    sheets,
    transforming,
    unlucky,
)
from tests.corpus.case import Case, Family

FAMILIES: tuple[Family, ...] = (
    unlucky.HONEST,
    transforming.FAMILY,
    pretending.FAMILY,
    reading.FAMILY,
    forging.FAMILY,
    network.FAMILY,
    endings.FAMILY,
    endless.FAMILY,
    bombs.FAMILY,
    notebooks.FAMILY,
    folders.FAMILY,
    sheets.FAMILY,
    unlucky.FAMILY,
)


def cases() -> tuple[Case, ...]:
    """Every case, family by family."""
    return tuple(case for family in FAMILIES for case in family.cases)
