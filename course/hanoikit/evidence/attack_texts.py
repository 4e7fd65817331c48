"""What a trainee reads about each attack class: what was done, how it shows, and what would have missed it.

>>> texts("swap").title
'Swap: the item was exchanged'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one attack class."""

    title: str
    who: str
    what_the_attacker_did: str
    how_it_shows: str
    what_would_have_missed_it: str


def texts(name: str) -> Texts:
    """The texts of an attack class, in the language that is set now. Raises ``KeyError`` for another name."""
    return _TEXTS[name]()


# Functions, so that a text is translated when it is shown and not when the module is loaded.
_TEXTS: Mapping[str, Callable[[], Texts]] = {
    "swap": lambda: Texts(
        title=_("Swap: the item was exchanged"),
        who=_("Somebody who can write to the log file. No key."),
        what_the_attacker_did=_(
            "Put another item in place of the real one, wrote its digest into the log, and computed "
            "every hash of the chain again."
        ),
        how_it_shows=_(
            "The signature of the altered entry does not fit, and so on for every entry after it."
        ),
        what_would_have_missed_it=_(
            "Hashing the item and comparing it with the log: they agree. A hash chain without "
            "signatures: it is whole."
        ),
    ),
    "truncate": lambda: Texts(
        title=_("Truncate: the end of the log was cut off"),
        who=_("Somebody who can write to the log file. No key."),
        what_the_attacker_did=_(
            "Deleted the last entries, for instance the ones about an examination that found too much."
        ),
        how_it_shows=_(
            "Only from outside: somebody else holds the head of an entry that is not there any more."
        ),
        what_would_have_missed_it=_(
            "Every check inside the log: all signatures and hashes of what is left are good."
        ),
    ),
    "back-date": lambda: Texts(
        title=_("Back-date: an entry was given an earlier time"),
        who=_("Somebody who is in the log, with their own key."),
        what_the_attacker_did=_(
            "Forgot a step, and later wrote it as if it had been done in time: by changing an entry "
            "of their own and signing it again, or by adding one at the end with an earlier time."
        ),
        how_it_shows=_(
            "A changed entry: its time is before that of the entry above, and the next entry does not"
            " continue it. An added one: its time is before a timestamp of the log that does not have"
            " it yet."
        ),
        what_would_have_missed_it=_("Checking the signature: it is genuine. People can sign a wrong time."),
    ),
    "re-sign": lambda: Texts(
        title=_("Re-sign: the log was written anew with everybody's keys"),
        who=_(
            "Somebody who has the private keys of all who signed, for instance the office that keeps them."
        ),
        what_the_attacker_did=_(
            "Changed an entry and signed it and all entries after it again, each in the name of its author."
        ),
        how_it_shows=_("Only from outside: the head that somebody else noted is not in this log."),
        what_would_have_missed_it=_(
            "Every check inside the log: signatures, hashes, times and custody are all in order."
        ),
    ),
    "fork": lambda: Texts(
        title=_("Fork: two histories of one log"),
        who=_("The person who holds the item, with their own key."),
        what_the_attacker_did=_(
            "Went on with the log twice after the same entry, and gave each copy to another reader."
        ),
        how_it_shows=_(
            "Side by side: up to one entry the copies are the same, then they differ. Or against a "
            "noted head."
        ),
        what_would_have_missed_it=_("Reading one copy: each of them verifies alone."),
    ),
    "gap": lambda: Texts(
        title=_("Gap: half of a handover is missing"),
        who=_("Somebody in the chain who leaves a step out. Everybody signs with their own key."),
        what_the_attacker_did=_(
            "Took the item, or gave it away, without signing for it; the others went on with the log."
        ),
        how_it_shows=_("Somebody acts on an item that was never handed to them, or takes what nobody gave."),
        what_would_have_missed_it=_(
            "Signatures, hashes, timestamps and outside heads: all are genuine, because the log was "
            "written so. Only reading who held what finds it."
        ),
    ),
    "wrong-key": lambda: Texts(
        title=_("Wrong key: somebody signed in another's name"),
        who=_(
            "A colleague with a key of their own, or an outsider with a certificate that only looks right."
        ),
        what_the_attacker_did=_(
            "Wrote an entry in another person's name: signed with their own key, or with a "
            "certificate on that name from an authority that calls itself like the real one. The "
            "others went on without checking."
        ),
        how_it_shows=_(
            "The signature does not fit the named person's key, or the authority that you know did "
            "not issue it."
        ),
        what_would_have_missed_it=_("Reading the names, and checking the hash chain: both look right."),
    ),
}
