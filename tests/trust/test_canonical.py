"""Canonical JSON against an implementation of RFC 8785 that is not ours."""

import json

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.trust.canonical import canonical, is_canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(max_codepoint=127))
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(VALUES)
def test_we_write_the_bytes_that_rfc_8785_writes(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_we_wrote_is_canonical_and_anything_else_is_not(value):
    data = canonical(value)
    assert is_canonical(data, json.loads(data))
    assert not is_canonical(data + b" ", json.loads(data))
