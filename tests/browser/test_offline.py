"""What the tests of this folder show, they show on a machine without any network but itself."""

from __future__ import annotations

import shutil
import socket

import pytest

pytestmark = [pytest.mark.browser]


def test_the_course_works_with_the_network_removed() -> None:
    """All tests of this folder run in the process that this one runs in."""
    assert shutil.which("bwrap"), "bubblewrap is not installed; 'make test' installs it where it may."
    assert [name for _number, name in socket.if_nameindex()] == ["lo"]
    with socket.socket() as outside, pytest.raises(OSError, match="unreachable"):
        outside.settimeout(30)
        outside.connect(("192.0.2.1", 80))
