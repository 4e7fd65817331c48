"""Commands as people type them, timed, and what memory they had.

>>> with Watch() as watch:                                                               # doctest: +SKIP
...     seconds_of(["-m", "hanoikit.cli", "--help"], Path("."), watch=watch.follow)      # doctest: +SKIP
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.corpus import stock


def load() -> str:
    """How busy the machine is apart from us: runnable processes for each processor, over the last minute."""
    return f"{os.getloadavg()[0] / (os.cpu_count() or 1):.1f}" if hasattr(os, "getloadavg") else ""


def seconds_of(arguments: list[str], folder: Path, watch: Callable[[int], None] | None = None) -> float:
    """Wall time of a command in the course directory; exit code 1 says that a person has to look, no more."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=stock.environment(folder / "home"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if watch is not None:
        watch(process.pid)
    words, _none = process.communicate()
    if process.returncode not in (0, 1):
        raise RuntimeError(words.decode("utf-8", "replace")[-400:])
    return time.perf_counter() - start


class Watch:
    """Looks at a process and all below it, and keeps the most memory that one of them had."""

    def __init__(self) -> None:
        self.most = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def follow(self, pid: int) -> None:
        """Begin to look."""
        self._threads.append(threading.Thread(target=self._look, args=[pid], daemon=True))
        self._threads[-1].start()

    def _look(self, pid: int) -> None:
        import psutil

        while not self._stop.wait(0.25):
            try:
                top = psutil.Process(pid)
                for process in [top, *top.children(recursive=True)]:
                    try:
                        self.most = max(self.most, process.memory_info().rss)
                    except psutil.Error:
                        continue
            except psutil.Error:
                return
