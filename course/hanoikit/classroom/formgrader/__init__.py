"""nbgrader's formgrader for this kit: works without the internet, shows the rubric, hides whose answer it is.

>>> with open_formgrader(Class.open(Path("autumn"))) as running:
...     print(running.url)
http://127.0.0.1:8890/login?next=%2Fformgrader%2Fgradebook&token=...

``names`` takes names out of what a page is made of, ``handlers`` are nbgrader's own pages with that in them,
``running`` starts the server. Jupyter loads this package as a server extension; without ``--names`` nothing
that the marking pages ask for, see or show has a trainee's name or id in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hanoikit.classroom.formgrader.running import Running, open_formgrader

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["Running", "open_formgrader"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: ServerApp) -> Any:
    from hanoikit.classroom.formgrader.handlers import load

    load(server)
