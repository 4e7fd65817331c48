"""Handing in without a shared drive: sealed bundles, receipts, and the history of a mark that its owner can check."""
