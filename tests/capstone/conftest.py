"""Runs that several tests look at, each played once."""

import pytest

from tests.capstone import players
from tests.capstone import room as rooms


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """A whole run without a fault, alone, in the short length."""
    return players.act(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """The signed record of four teams that do everything right, played through the real service."""
    folder = tmp_path_factory.mktemp("live")
    with rooms.Room(folder) as room:
        rooms.play(room)
        return room.record(folder / "exercise.zip")


@pytest.fixture(scope="session")
def poor_bundle(tmp_path_factory):
    """The record of four teams that do much of it wrong."""
    folder = tmp_path_factory.mktemp("poor")
    with rooms.Room(folder) as room:
        rooms.play(room, bad=True)
        return room.record(folder / "exercise.zip")
