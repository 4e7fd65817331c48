"""Requests to the room of a workshop, with the standard library alone; each gives up after a few seconds.

>>> client = RoomClient("https://192.0.2.7:8025", known=Known(code="K7QF-2M9Z", proof="PT3A-8WQF"))
>>> joined = client.join(code="K7QF-2M9Z", name="Amal")
>>> client.tell(joined["token"], {"after": 0, "here": None, "help": ""})["news"]
[]

Every connection is encrypted (TLS 1.3). Before the first byte of a request is sent, the certificate at the other end is
compared with what is :class:`~hanoikit.workshop.pinning.Known` of the room. Raises ``ServiceUnreachable`` when nothing
answers, or not as a room does, or another machine than the room's, and ``ServiceRefused`` with the room's own words. No
proxy is asked, nobody is sent elsewhere: a room is in the same network, and its address is nobody else's business.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hanoikit.errors import HanoiKitError, ServiceRefused, ServiceUnreachable, UsageError
from hanoikit.i18n import _
from hanoikit.workshop.pinning import Known, fingerprint_of
from hanoikit.workshop.protocol import FORMAT, LARGEST_BUNDLE, LARGEST_REPLY

if TYPE_CHECKING:
    import ssl

PATIENCE = 5.0
"""Seconds for one request."""
_LONG_PATIENCE = 30.0
"""Seconds that a bundle on its way may stand still."""


class RoomClient:
    """The room at this address (``https://192.0.2.7:8025``), as far as it is ``known``.

    ``fingerprint`` is that of the room's certificate once it has answered; "" before.
    """

    def __init__(self, address: str, *, known: Known, patience: float = PATIENCE) -> None:
        self.address = address.rstrip("/")
        self.fingerprint = known.fingerprint
        self._known = known
        self._patience = patience

    def join(self, *, code: str, name: str) -> dict[str, Any]:
        """Join; the reply has ``token``, ``class``, ``title``, ``session``, ``every``, and ``name`` as it is shown."""
        reply = self._ask("/api/join", {"code": code, "name": name})
        if reply.get("format") != FORMAT or not isinstance(reply.get("token"), str):
            raise self._other()
        return reply

    def session(self) -> str:
        """The name of the room's session: a room that was started again has another one."""
        reply = self._send("/api/room", None, {}, token="", patience=self._patience)
        if reply.get("format") != FORMAT or not isinstance(reply.get("session"), str):
            raise self._other()
        return str(reply["session"])

    def tell(self, token: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Say where one is; the reply has ``news`` after the number ``said["after"]``, and ``every`` (seconds)."""
        reply = self._ask("/api/tell", said, token=token)
        if not isinstance(reply.get("news"), list):
            raise self._other()
        return reply

    def leave(self, token: str) -> None:
        """Leave: the row goes, and the token is worth nothing any more."""
        self._ask("/api/leave", {}, token=token)

    def hand_in(self, token: str, bundle: Path) -> dict[str, Any]:
        """Hand a sealed bundle in; the reply has ``receipt`` (the class's) and ``file`` (SHA-256)."""
        size = bundle.stat().st_size
        if size > LARGEST_BUNDLE:
            raise ServiceRefused(
                _("The bundle is larger than {limit} MiB.").format(limit=LARGEST_BUNDLE >> 20),
                code="too-large",
                status=413,
                where=bundle.name,
                next_step=_("Hand it in on a USB key."),
            )
        with bundle.open("rb") as file:
            headers = {"Content-Type": "application/zip", "Content-Length": str(size)}
            return self._send("/api/hand-in", file, headers, token=token, patience=_LONG_PATIENCE)

    def _ask(self, path: str, body: Mapping[str, Any], *, token: str = "") -> dict[str, Any]:
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._send(
            path, data, {"Content-Type": "application/json"}, token=token, patience=self._patience
        )

    def _send(
        self, path: str, data: Any, headers: dict[str, str], *, token: str, patience: float
    ) -> dict[str, Any]:
        if token:
            headers = headers | {"Authorization": f"Bearer {token}"}
        try:
            self._known.require()
            line = self._line(patience)
            try:
                line.request("POST" if data is not None else "GET", path, body=data, headers=headers)
                response = line.getresponse()
                if response.status >= 400:
                    raise self._refused(response.status, response.read(LARGEST_REPLY))
                if response.status != 200:
                    raise self._other()
                return self._reply(response.read(LARGEST_REPLY + 1))
            finally:
                line.close()
        # A broken line shows itself in many ways: OSError, http.client's errors, an address that is none.
        except HanoiKitError:
            raise
        except Exception as error:
            raise ServiceUnreachable(
                _("The room does not answer."),
                where=self.address,
                next_step=_(
                    "Your answers are saved as always. Is the join line the one on the instructor's screen? Then tell "
                    "your instructor: {reason}."
                ).format(reason=str(error).rstrip(".") or type(error).__name__),
            ) from error

    def _line(self, patience: float) -> http.client.HTTPSConnection:
        """A connection to the room and to nobody else: the certificate is compared first."""
        parts = urlsplit(self.address)
        if parts.scheme != "https" or not parts.hostname:
            raise self._other()
        line = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=patience, context=_context()
        )
        # Opened here and compared; http.client alone would open a lost one again without that.
        line.auto_open = 0
        import ssl

        try:
            line.connect()
        except ssl.SSLError as error:
            raise ServiceUnreachable(
                _("What answers at this address does not encrypt as a room does, so nothing was sent to it."),
                where=self.address,
                next_step=_(
                    "Compare the line with your instructor's screen. Your kit and your instructor's must be of one "
                    "edition."
                ),
            ) from error
        try:
            certificate = line.sock.getpeercert(binary_form=True) or b""
            known = Known(fingerprint=self.fingerprint) if self.fingerprint else self._known
            known.check(certificate, where=parts.netloc)
        except BaseException:
            line.close()
            raise
        self.fingerprint = fingerprint_of(certificate)
        return line

    def _reply(self, data: bytes) -> dict[str, Any]:
        try:
            found = json.loads(data) if len(data) <= LARGEST_REPLY else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self._other()
        return found

    def _refused(self, status: int, data: bytes) -> HanoiKitError:
        try:
            problem = json.loads(data)
            return ServiceRefused(
                str(problem["title"])[:500],
                code=str(problem["type"]).rpartition("/")[2][:60],
                status=status,
                next_step=str(problem.get("next_step") or "")[:500] or None,
            )
        except Exception:
            return self._other()

    def _other(self) -> ServiceUnreachable:
        return ServiceUnreachable(
            _("At this address there is no room of a workshop."),
            where=self.address,
            next_step=_("Compare the join line with the one on the instructor's screen."),
        )


def _context() -> ssl.SSLContext:
    """TLS 1.3 and nothing older. Who is at the other end is decided by :mod:`hanoikit.workshop.pinning`, not by the
    authorities of the web: they vouch for names, and a room has none. Raises ``UsageError`` without TLS.
    """
    try:
        import ssl

        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        made.minimum_version = ssl.TLSVersion.TLSv1_3
    except (ImportError, ValueError) as error:
        raise UsageError(
            _("This Python cannot encrypt (TLS 1.3), so the room cannot be joined from here."),
            next_step=_(
                "Work as always and hand in on a stick; for the room, install Python from python.org."
            ),
        ) from error
    return made
