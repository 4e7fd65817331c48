"""Handing in without a shared drive: sealed bundles, receipts, and the history of a mark that its owner can check.

>>> from hanoikit.handin import submitting, verifying
>>> done = submitting.hand_in(Path("hanoi-kit"), "m04-evidence-chain", to=Path("E:/"), at=now)
>>> done.receipt.code
'K7QF-2M9X-PT3A'
>>> verifying.check_file(done.path).ok
True

Modules: ``me`` is who hands in, ``files`` what is handed in, ``bundle`` seals and ``opening`` reads, ``places`` writes
without overwriting, ``receipt`` and ``codes`` are what people hold, ``history`` is what the grade ledger says about one
trainee and ``history_check`` what can be wrong with it, ``submitting`` and ``verifying`` do it for a course folder.
"""
