"""What trust rests on in every room: who signs, one spelling of what is signed, and records that are only added to.

>>> from hanoikit.trust.canonical import canonical            # one value, one sequence of bytes (RFC 8785)
>>> from hanoikit.trust.identity import CourseAuthority       # X.509 identities with Ed25519 keys
>>> from hanoikit.trust.chain import ChainedLog               # JSON Lines, each line chained to the one before

Evidence signs with these pieces and so does the 24/7 network. They know nothing of either: no offence, no State's
rule and no item of evidence is mentioned here.
"""
