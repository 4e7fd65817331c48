"""Canonical JSON, as the evidence room names it; the code is in :mod:`hanoikit.trust.canonical`."""

from hanoikit.trust.canonical import canonical, is_canonical

__all__ = ["canonical", "is_canonical"]
