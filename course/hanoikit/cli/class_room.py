"""``hanoikit class room``: the room of a workshop, on this machine, for everybody in its network; encrypted.

hanoikit class room                       print the join line, open the instructor's page, run until Ctrl+C
hanoikit class room --new-code            with a new code; the old one ends
"""

from __future__ import annotations

import time
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.errors import ToolMissing
from hanoikit.i18n import _
from hanoikit.workshop.protocol import PORT

if TYPE_CHECKING:
    from hanoikit.classroom.room.service import Room

_PARTS = ("starlette", "uvicorn", "segno")


def room(
    folder: Folder = Path(),
    host: Annotated[
        str, typer.Option(help="The address to listen at; 127.0.0.1: this machine only.")
    ] = "0.0.0.0",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="The port; your own page has the next. 0: any free ones."),
    ] = PORT,
    new_code: Annotated[
        bool, typer.Option("--new-code", help="A new code, certificate and page; the old ones end.")
    ] = False,
    browser: Annotated[bool, typer.Option(help="Open the instructor's page here.")] = True,
    qr: Annotated[bool, typer.Option(help="Show the join line as a QR code as well.")] = True,
) -> None:
    """Run the room of a workshop: who is at which question, who needs help; hints, solutions, hand-ins.

    Trainees join by their own act with the line that is printed. It works over a plain local network, without the
    internet. What is known of people is in memory only and ends with this command.

    Example: hanoikit class room
    """
    _need_parts()
    from hanoikit.classroom.room import running
    from hanoikit.classroom.room.keys import RoomKeys
    from hanoikit.classroom.room.releasing import Texts
    from hanoikit.classroom.room.service import Room
    from hanoikit.desk_service.addresses import addresses

    klass = the_class(folder)
    keys = RoomKeys.of(klass, renew=new_code)
    made = Room.of(
        klass, texts=Texts.installed(), now=lambda: datetime.now(UTC), clock=time.monotonic, keys=keys
    )
    with running.listen(host, port) as sock, running.page_socket(port and (port + 1) % 65536) as own:
        found = sock.getsockname()[1]
        made.addresses = tuple(one.replace("http://", "https://", 1) for one in addresses(host, found))
        page = running.instructor_link(own.getsockname()[1], keys.instructor)
        _tell(made, page, qr=qr)

        def ready() -> None:
            print(_("The room is open. To end it, press Ctrl+C here."), flush=True)
            if browser:
                webbrowser.open(page)

        running.serve(made, sock=sock, page=own, ready=ready)
    print(_("The room has ended; what it knew of people is gone. Hints, solutions and hand-ins are kept."))


def _tell(made: Room, page: str, *, qr: bool) -> None:
    from hanoikit.classroom.room import running

    lines = [str(line) for line in made.join_lines]
    print(_("Room of the class: {title}").format(title=made.klass.title))
    print(_("Join line, for everybody:"))
    for line in lines:
        print(f"    {line}")
    if qr:
        print(running.qr_code(lines[0]))
    print(
        _(
            "What is said in the room is encrypted. In the folder that the class gave out, the first half of the code "
            "({code}) is enough; everybody else types all of it: it keeps other machines from posing as the room."
        ).format(code=made.keys.code)
    )
    print(_("Your own page, for nobody else; it opens on this machine only:"))
    print(f"    {page}")


def _need_parts() -> None:
    import importlib.util

    missing = [name for name in _PARTS if importlib.util.find_spec(name) is None]
    if missing:
        raise ToolMissing(
            _("The room needs packages that are not installed: {names}.").format(names=", ".join(missing)),
            next_step=_("Install them with: pip install 'hanoikit[desk]'"),
        )
