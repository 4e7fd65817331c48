"""A service under load that is killed at a random moment, and what must hold after it: for tests and measurements.

>>> trial = Trial(storage_path, start=start_service, seed=7)
>>> for _round in range(20):
...     trial.round()
>>> trial.verdict()
Verdict(rounds=20, acknowledged=5210, lost=0, doubled=0, findings=())

Each round starts the service, lets several desks send as fast as they can and one listen, and ends with SIGKILL. What a
desk had a receipt for is noted outside the service. At the end every receipt must be found again, once, with the number
it was given; messages whose receipt got lost are sent again first, as a client would, and must not be doubled.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hanoikit.desk_service.checking import check_bundle
from hanoikit.desk_service.client import DeskClient
from hanoikit.errors import HanoiKitError
from hanoikit.network import Message, TechnicalAdvice, seal
from hanoikit.trust.identity import Identity

SENDERS = ("XA", "XB", "XC", "XD")


class Startable(Protocol):
    """A service that can be started, found, and killed without warning."""

    def start(self) -> object: ...
    def kill(self) -> None: ...
    def stop(self) -> None: ...
    def client(self, name: str, *, patience: float) -> DeskClient: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of all rounds: receipts given, lost and doubled messages, and what the checks of the record found."""

    rounds: int
    acknowledged: int
    repeated: int
    lost: int
    doubled: int
    disordered: int
    findings: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.disordered or self.findings)


class Trial:
    """Rounds of load and death. ``shortest`` and ``longest`` are seconds between the receipt and the kill.

    ``least`` is the receipt that each round waits for, counted from 1: a busy machine takes longer and proves as much.
    """

    def __init__(
        self,
        service: Startable,
        folder: Path,
        *,
        seed: int,
        shortest: float = 0.3,
        longest: float = 2.0,
        least: int = 1,
    ) -> None:
        self._service = service
        self._folder = folder
        self._random = random.Random(seed)
        self._span = shortest, longest
        self._least = least
        self._receipts: dict[str, int] = {}
        self._unsure: list[tuple[str, bytes]] = []
        self._identities: dict[str, Identity] = {}
        self._heard: list[int] = []
        self._lock = threading.Lock()
        self._going = threading.Event()
        self._wanted = least
        self.rounds = 0

    def round(self) -> None:
        """Start, load, kill."""
        self._service.start()
        self.rounds += 1
        stop = threading.Event()
        self._going.clear()
        self._wanted = len(self._receipts) + self._least
        threads = [threading.Thread(target=self._send, args=(name, stop), daemon=True) for name in SENDERS]
        threads.append(threading.Thread(target=self._listen, args=(stop,), daemon=True))
        for thread in threads:
            thread.start()
        self._going.wait(timeout=300)
        time.sleep(self._random.uniform(*self._span))
        self._service.kill()
        stop.set()
        for thread in threads:
            thread.join(timeout=300)

    def verdict(self) -> Verdict:
        """Start once more, send again what had no receipt, and compare everything."""
        self._service.start()
        again = 0
        for name, data in self._unsure:
            with self._service.client(name, patience=120) as client:
                receipt = client.post(data)
                self._receipts[receipt.id] = receipt.number
                again += not receipt.first
        numbers: dict[str, list[int]] = {}
        arrived: dict[str, int] = {}
        disordered = 0
        for name in SENDERS:
            with self._service.client(name, patience=120) as client:
                place = 0
                for event in client.events():
                    disordered += event.seq != place + 1
                    place = event.seq
                    if event.kind == "sent" and event.message is not None:
                        numbers.setdefault(event.message.id, []).append(event.seq)
                    elif event.kind == "received" and event.message is not None:
                        arrived[event.message.id] = arrived.get(event.message.id, 0) + 1
        lost = sum(1 for id in self._receipts if id not in numbers or id not in arrived)
        doubled = sum(len(found) > 1 for found in numbers.values()) + sum(n > 1 for n in arrived.values())
        disordered += sum(
            1 for before, after in zip(self._heard, self._heard[1:], strict=False) if after <= before
        )
        findings = self._record()
        self._service.stop()
        return Verdict(self.rounds, len(self._receipts), again, lost, doubled, disordered, findings)

    def _record(self) -> tuple[str, ...]:
        import httpx

        with self._service.client("facilitator", patience=120) as client:
            answer = httpx.get(
                f"{client.url}/api/record",
                headers={"Authorization": client._http.headers["Authorization"]},
                timeout=120,
                trust_env=False,
            )
        try:
            check_bundle(answer.content)
        except HanoiKitError as error:
            return tuple(str(finding) for finding in error.findings)
        return ()

    def _send(self, name: str, stop: threading.Event) -> None:
        other = SENDERS[(SENDERS.index(name) + 1) % len(SENDERS)]
        number = 0
        with self._service.client(name, patience=0) as client:
            while not stop.is_set():
                number += 1
                try:
                    if name not in self._identities:
                        self._identities[name] = client.enrol(self._folder / name)
                    data = seal(
                        _question(name, other, client.now(), f"{self.rounds}-{number}"),
                        self._identities[name],
                    )
                except HanoiKitError:
                    continue
                try:
                    receipt = client.post(data)
                except HanoiKitError as error:
                    if getattr(error, "status", 0) == 429:
                        time.sleep(0.05)
                    elif not hasattr(error, "status"):
                        with self._lock:
                            self._unsure.append((name, data.to_bytes()))
                        return
                    continue
                with self._lock:
                    self._receipts[receipt.id] = receipt.number
                    if len(self._receipts) >= self._wanted:
                        self._going.set()

    def _listen(self, stop: threading.Event) -> None:
        """Hear what comes to one desk over all rounds: each number once, and rising."""
        with self._service.client(SENDERS[0], patience=0) as client:
            try:
                for event in client.listen(after=self._heard[-1] if self._heard else 0, forever=False):
                    if event.seq:
                        self._heard.append(event.seq)
                    if stop.is_set():
                        return
            except HanoiKitError:
                return


def _question(sender: str, recipient: str, at: datetime, number: str) -> Message:
    body = TechnicalAdvice(
        authority="Cyber Unit", question=f"Question {number}?", context="A trial of the service."
    )
    return Message(sender=sender, recipient=recipient, sent=at, reference=f"{sender}-{number}", body=body)
