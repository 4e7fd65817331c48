"""Digital evidence: acquired, hashed, read, held in custody, sealed, timestamped and packed for transfer.

>>> from hanoikit.evidence import acquisition, custody, hashing, logs, seal   # each module is imported by name
"""
