"""A desk in another program: sends what it signed, gets everything in order, and survives a service that restarts.

>>> with DeskClient("http://192.0.2.7:8024", token) as client:
...     me = client.enrol(Path("my-key"))                       # a key of one's own, made here and kept here
...     desk = client.desk()                                    # a network.Desk, as it was
...     receipt = client.post(desk.send(message, signer=me, at=client.now()))
...     for event in client.listen(after=client.place):         # what was missed, then what comes
...         if event.message is not None:
...             print(event.kind, event.message.kind)

A message may be posted again after a broken connection: its id makes it one message. :meth:`DeskClient.follow`
listens in
a thread of its own, for a notebook. Refusals are ``ServiceRefused`` with the service's findings; a service that does
not
answer is ``ServiceUnreachable``.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanoikit.desk_service.facts import DEFAULT_PORT, PROBLEMS
from hanoikit.errors import Finding, IdentityRejected, ServiceRefused, ServiceUnreachable
from hanoikit.i18n import _
from hanoikit.network.checking import Remark
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Envelope
from hanoikit.network.messages import Message
from hanoikit.trust.certificates import load_certificate
from hanoikit.trust.identity import Identity

DESK_EVENTS = ("received", "sent", "noted")
_WAIT = 40.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at the desk. ``kind``:

    ``received``, ``sent``, ``noted`` (what a :class:`~hanoikit.network.Desk` knows; give ``data`` to ``Desk.apply``),
    ``announced`` (the facilitator's words in ``data["text"]``), ``rejected`` (a forgery of the story:
    ``data["refused"]``
    and ``data["findings"]``), and without a number ``hello`` and ``clock``. ``seq`` is 0 for those.
    """

    seq: int
    kind: str
    data: Mapping[str, Any]

    @property
    def message(self) -> Message | None:
        """The message that was received or sent."""
        return Envelope.from_json(self.data["envelope"]).message if "envelope" in self.data else None

    @property
    def at(self) -> datetime | None:
        """When it happened, in the time of the story."""
        return datetime.fromisoformat(self.data["at"]) if "at" in self.data else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service has a message on its disk: ``number`` is its line in the service's log, ``at`` story time.

    ``first`` is False when it had been taken before.
    """

    id: str
    number: int
    seq: int
    at: datetime
    first: bool


class DeskClient:
    """The desk service at ``url``, with a desk's token. Close it, or use it in a ``with``."""

    def __init__(
        self, url: str, token: str, *, patience: float = 20.0, http: httpx.Client | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.patience = patience
        self._token = token
        self._http = http or httpx.Client(timeout=httpx.Timeout(15.0, read=_WAIT), trust_env=False)
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._clock: tuple[datetime, float, float] | None = None
        self._directory: Directory | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.identity: Identity | None = None
        self.place = 0

    @classmethod
    def from_link(cls, link: str, **options: Any) -> DeskClient:
        """The client of a join link, as ``hanoikit desk serve`` prints it (``http://.../desk#token``)."""
        address, _hash, token = link.partition("#")
        base = httpx.URL(address)
        port = f":{base.port}" if base.port else ""
        return cls(f"{base.scheme or 'http'}://{base.host}{port}", token.removeprefix("token="), **options)

    # who and when

    def me(self) -> dict[str, Any]:
        """Role, desk, title of the exercise, clock, and the number of the last event."""
        return dict(self._get("/api/me"))

    @property
    def desk_id(self) -> str:
        return str(self.me()["desk"])

    @property
    def directory(self) -> Directory:
        """The register as it is now; asked for once, and again after :meth:`enrol`."""
        if self._directory is None:
            self._directory = Directory.from_json(self._get("/api/register"))
        return self._directory

    def ask_the_time(self) -> None:
        """Take over the story's clock as it runs now; :meth:`listen` does it whenever the clock changes."""
        self._set_clock(self._get("/api/clock"))

    def now(self) -> datetime:
        """The time of the story (UTC). It follows the service's clock, whatever this machine's clock says."""
        if self._clock is None:
            self.ask_the_time()
        assert self._clock is not None
        story, speed, since = self._clock
        return story + timedelta(seconds=(time.monotonic() - since) * speed)

    def enrol(self, folder: Path) -> Identity:
        """This desk's identity in ``folder``: loaded, or made here and certified by the exercise's authority.

        The private key never leaves this machine. Raises ``IdentityRejected`` for a key of another exercise.
        """
        from hanoikit.desk_service.enrolling import enrolment

        folder = Path(folder)
        if (folder / "certificate.pem").exists():
            identity = Identity.load(folder)
            if self.directory.signer(identity.fingerprint) is None:
                raise IdentityRejected(
                    _("The key in this folder belongs to another exercise."),
                    where=str(folder),
                    next_step=_("Name another folder."),
                )
        else:
            key = Ed25519PrivateKey.generate()
            public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            proof = key.sign(enrolment(self.desk_id, public.hex()))
            made = self._post("/api/certificates", {"public_key": public.hex(), "proof": proof.hex()})
            identity = Identity(load_certificate(made["certificate"].encode()), key)
            identity.save(folder)
            self._directory = None
        self.identity = identity
        return identity

    # sending

    def post(self, envelope: Envelope | bytes) -> Receipt:
        """Send a signed message. It is on the service's disk when this returns.

        Tries again while the service does not answer, for ``patience`` seconds. Raises ``ServiceRefused`` with the
        findings, ``ServiceUnreachable``.
        """
        data = envelope if isinstance(envelope, bytes) else envelope.to_bytes()
        return _receipt(self._insist("POST", "/api/messages", content=data))

    def send_draft(self, draft: Mapping[str, Any], *, insist: bool = False, key: str = "") -> Receipt:
        """Send what a person wrote; the service signs it with the key that it holds for this desk.

        ``key`` names this act: with the same key and draft it is done once. A new one is made if not given.
        """
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        content = json.dumps({"draft": dict(draft), "insist": insist}).encode()
        return _receipt(self._insist("POST", "/api/drafts", content=content, headers=headers))

    def check_draft(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        """What a draft lacks (``remarks``), what the other desk may not do (``limits``)."""
        return dict(self._post("/api/drafts/check", draft))

    def note(self, case: str, *, what: str, text: str = "") -> int:
        """Write into a case file; the number of the event."""
        return int(self._post("/api/notes", {"case": case, "what": what, "text": text})["seq"])

    # what happened

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """Everything after this number that has happened by now, in order."""
        while True:
            page = self._get("/api/inbox", after=after, limit=200)["events"]
            for data in page:
                after = data["seq"]
                yield Event(after, data["event"], data)
            if len(page) < 200:
                return

    def desk(self) -> Desk:
        """The desk as it is now, from all its events. ``place`` is then the number of the last one."""
        desk = Desk(self.desk_id, directory=self.directory)
        for event in self.events():
            if event.kind in DESK_EVENTS:
                desk.apply(event.data)
            self.place = event.seq
        return desk

    def listen(self, *, after: int = 0, forever: bool = True) -> Iterator[Event]:
        """What happened after this number, then whatever happens, in order and once each, over broken connections.

        ``hello`` comes with every connection, ``clock`` when the story's clock changes. Ends after :meth:`close`; with
        ``forever=False`` when a connection breaks. Raises ``ServiceRefused`` when the token is not accepted any more.
        """
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                for event in self._stream(after):
                    if event.kind in ("hello", "clock"):
                        self._set_clock(event.data.get("clock", event.data))
                    elif event.seq <= after:
                        continue
                    after = max(after, event.seq)
                    pause = _FIRST_PAUSE
                    yield event
            except httpx.HTTPError as error:
                if not forever:
                    raise _unreachable(self.url, error) from error
            except ServiceRefused as refused:
                if refused.status not in (429, 503):
                    raise
            if not forever:
                return
            self._stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def follow(self, tell: Callable[[Event], None], *, after: int = 0) -> None:
        """Listen in a thread, and call ``tell`` there for every event, until :meth:`close`."""

        def run() -> None:
            for event in self.listen(after=after):
                if self._stop.is_set():
                    return
                tell(event)

        self._thread = threading.Thread(target=run, name="desk events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # inside

    def _stream(self, after: int) -> Iterator[Event]:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        with self._http.stream("GET", f"{self.url}/api/inbox/events", headers=headers) as answer:
            if answer.status_code != 200:
                answer.read()
                raise _refused(answer)
            number, name, data = 0, "", ""
            for line in answer.iter_lines():
                if self._stop.is_set():
                    return
                if line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    data = line[6:]
                elif not line and data:
                    value = json.loads(data)
                    yield Event(number, value["event"] if name == "desk" else name, value)
                    number, name, data = 0, "", ""

    def _set_clock(self, value: Mapping[str, Any]) -> None:
        speed = float(value["speed"]) if value["running"] else 0.0
        self._clock = datetime.fromisoformat(value["story"]).astimezone(UTC), speed, time.monotonic()

    def _get(self, path: str, **query: int) -> Any:
        return self._insist("GET", path, params=query).json()

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._insist("POST", path, content=json.dumps(dict(body)).encode()).json()

    def _insist(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask until there is an answer; only for what may be asked twice."""
        end = time.monotonic() + self.patience
        pause = _FIRST_PAUSE
        while True:
            problem: Exception
            try:
                answer = self._http.request(method, f"{self.url}{path}", **options)
                if answer.status_code < 400:
                    return answer
                problem = _refused(answer)
                if answer.status_code not in (429, 503):
                    raise problem
            except httpx.HTTPError as error:
                problem = _unreachable(self.url, error)
            if time.monotonic() + pause > end or self._stop.is_set():
                raise problem
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _receipt(answer: httpx.Response) -> Receipt:
    value = answer.json()
    at = datetime.fromisoformat(value["at"])
    return Receipt(value["id"], value["number"], value["seq"], at, answer.status_code == 201)


def _refused(answer: httpx.Response) -> ServiceRefused:
    try:
        problem = answer.json()
        findings: list[Finding] = [
            Remark(
                one["code"],
                one["message"],
                one.get("where", ""),
                tuple(one.get("provisions", ())),
                one.get("severity", "error"),
                one.get("element", ""),
            )
            for one in problem["findings"]
        ]
        code = str(problem["type"]).removeprefix(PROBLEMS)
        what, step = str(problem["title"]), str(problem.get("next_step", ""))
    except (ValueError, KeyError, TypeError):
        return ServiceRefused(
            _("What answers there is no desk service."), code="no-service", status=answer.status_code
        )
    return ServiceRefused(
        what, code=code, status=answer.status_code, next_step=step or None, findings=findings
    )


def _unreachable(url: str, error: Exception) -> ServiceUnreachable:
    return ServiceUnreachable(
        _("The desk service does not answer ({reason}).").format(reason=type(error).__name__),
        where=url,
        next_step=_("Check the address and the network, and ask whether the service runs."),
    )


__all__ = ["DEFAULT_PORT", "DeskClient", "Event", "Receipt"]
