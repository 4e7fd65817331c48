"""Who may do what, and how often: tokens, roles, rates.

>>> caller = access.caller("Bearer 6Jx...")
>>> caller.role, caller.desk
('desk', 'XA')

A desk acts for itself and reads its own events. An observer reads the whole room. A facilitator does what an observer
does, and runs the exercise. Nobody reads another desk's inbox with a desk's token.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hanoikit.errors import ServiceRefused
from hanoikit.i18n import _

DESK, OBSERVER, FACILITATOR = "desk", "observer", "facilitator"
ROOM = (OBSERVER, FACILITATOR)
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rates:
    """How often, a second, and how many at once, for each token; ``streams`` is how many it may have open.

    ``wrong`` is for wrong tokens from one address.
    """

    sends: float = 10
    sends_at_once: int = 60
    reads: float = 30
    reads_at_once: int = 200
    wrong: float = 0.5
    wrong_at_once: int = 30
    streams: int = 8


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a good token. ``desk`` is "" for the room's roles; ``token`` is the hash."""

    role: str
    desk: str
    token: str

    @property
    def name(self) -> str:
        return self.desk or self.role


class Access:
    """The tokens of an exercise, by their hash, and what each has used of its rate."""

    def __init__(self, callers: Iterable[Caller], *, rates: Rates, clock: Callable[[], float]) -> None:
        self._callers = {caller.token: caller for caller in callers}
        self.rates = rates
        self._clock = clock
        self._sends = Buckets(rates.sends, rates.sends_at_once, clock)
        self._reads = Buckets(rates.reads, rates.reads_at_once, clock)
        self._wrong = Buckets(rates.wrong, rates.wrong_at_once, clock)
        self._streams: dict[str, int] = {}

    def caller(self, header: str, *, address: str) -> Caller:
        """Who brings this Authorization header. Raises ``ServiceRefused``: 401, or 429 after many wrong ones."""
        scheme, _space, token = header.partition(" ")
        found = self._callers.get(hash_token(token)) if scheme.lower() == "bearer" and token else None
        if found is not None:
            return found
        wait = self._wrong.take(address)
        if wait:
            raise _too_often(wait)
        raise ServiceRefused(
            _("The access token is missing or not known here."),
            code="no-access",
            status=401,
            next_step=_("Open the join link that the facilitator gave you."),
        )

    def may(self, caller: Caller, roles: Iterable[str], *, sending: bool) -> None:
        """Raise ``ServiceRefused`` (403) for another role, (429) when the caller does it too often."""
        if caller.role not in roles:
            raise ServiceRefused(
                _("This is not for the role {role}.").format(role=caller.role),
                code="other-role",
                status=403,
                next_step=_("Ask the facilitator."),
            )
        wait = (self._sends if sending else self._reads).take(caller.token)
        if wait:
            raise _too_often(wait)

    def stream(self, caller: Caller) -> Callable[[], None]:
        """Count an open stream of this caller; the function that is returned counts it out again."""
        if self._streams.get(caller.token, 0) >= self.rates.streams:
            raise _too_often(5)
        self._streams[caller.token] = self._streams.get(caller.token, 0) + 1

        def release() -> None:
            self._streams[caller.token] -= 1

        return release


class Buckets:
    """One bucket for each name: it holds ``most``, fills at ``rate`` a second, and each act takes one out."""

    def __init__(self, rate: float, most: int, clock: Callable[[], float]) -> None:
        self._rate, self._most, self._clock = rate, most, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one out; 0 when there was one, else the seconds until there is."""
        now = self._clock()
        level, since = self._levels.pop(name, (float(self._most), now))
        level = min(self._most, level + (now - since) * self._rate)
        wait = 0.0 if level >= 1 else (1 - level) / self._rate
        self._levels[name] = (level - 1 if not wait else level, now)
        if len(self._levels) > _REMEMBERED:
            self._levels.popitem(last=False)  # the one that was quiet for longest
        return wait


def new_token() -> str:
    """A token: 256 random bits, as 43 letters that fit into an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What the service keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _too_often(wait: float) -> ServiceRefused:
    seconds = max(1, round(wait + 0.5))
    return ServiceRefused(
        _("Too many requests in a short time."),
        code="too-often",
        status=429,
        where=str(seconds),
        next_step=_("Wait {seconds} seconds, then go on.").format(seconds=seconds),
    )
