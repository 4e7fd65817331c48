"""Requests to the room of a workshop, with the standard library alone; each gives up after a few seconds.

>>> client = RoomClient("http://192.0.2.7:8025")
>>> joined = client.join(code="K7QF-2M9X", name="Amal")
>>> client.tell(joined["token"], {"after": 0, "here": None, "help": ""})["news"]
[]

Raises ``ServiceUnreachable`` when nothing answers, or not as a room does, and ``ServiceRefused`` with the room's own
words. No proxy is asked: a room is in the same network, and its address is nobody else's business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from hanoikit.errors import ServiceRefused, ServiceUnreachable
from hanoikit.i18n import _
from hanoikit.workshop.protocol import FORMAT, LARGEST_BUNDLE, LARGEST_REPLY

PATIENCE = 5.0
"""Seconds for one request."""
_LONG_PATIENCE = 30.0
"""Seconds that a bundle on its way may stand still."""


class _Stay(HTTPRedirectHandler):
    """A room does not send anybody elsewhere."""

    def redirect_request(self, *_given: Any) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _Stay())


class RoomClient:
    """The room at this address (``http://192.0.2.7:8025``)."""

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        self.address = address.rstrip("/")
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
        request = Request(
            f"{self.address}{path}", data=data, headers=headers, method="POST" if data is not None else "GET"
        )
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with _opener.open(request, timeout=patience) as response:
                return self._reply(response.read(LARGEST_REPLY + 1))
        except HTTPError as error:
            with error:
                raise self._refused(error) from error
        # A broken line shows itself in many ways: OSError, http.client's errors, a URL that is none.
        except ServiceUnreachable:
            raise
        except Exception as error:
            raise ServiceUnreachable(
                _("The room does not answer: {reason}.").format(
                    reason=getattr(error, "reason", None) or error
                ),
                where=self.address,
                next_step=_("Your answers are saved as always. Check the network, or ask your instructor."),
            ) from error

    def _reply(self, data: bytes) -> dict[str, Any]:
        try:
            found = json.loads(data) if len(data) <= LARGEST_REPLY else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self._other()
        return found

    def _refused(self, error: HTTPError) -> Exception:
        try:
            problem = json.loads(error.read(LARGEST_REPLY))
            return ServiceRefused(
                str(problem["title"])[:500],
                code=str(problem["type"]).rpartition("/")[2][:60],
                status=error.code,
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
