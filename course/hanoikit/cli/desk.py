"""``hanoikit desk``: the desk service of a live exercise, and what belongs to it.

hanoikit desk serve --scenario first-night       print the join links and run until Ctrl+C
hanoikit desk links                              new join links, when the old ones were lost
hanoikit desk verify exercise.zip                check an exported record
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli import SETTINGS
from hanoikit.errors import ToolMissing, UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hanoikit.desk_service.storage import Storage
    from hanoikit.network.scenario import Scenario

app = typer.Typer(
    help="Run a live exercise between desks: teams join with a browser or a notebook.\n\n"
    "Example: hanoikit desk serve --scenario first-night",
    **SETTINGS,
)

_PORT = 8024
_PARTS = ("starlette", "uvicorn", "sqlalchemy", "httpx", "segno")

Database = Annotated[
    str,
    typer.Option("--db", metavar="FILE|URL", help="Where the exercise is kept: a file, or postgresql://..."),
]


@app.command()
def serve(
    db: Database = "",
    host: Annotated[
        str, typer.Option(help="The address to listen at; 127.0.0.1: this machine only.")
    ] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any free one.")] = _PORT,
    scenario: Annotated[
        str,
        typer.Option(metavar="FILE|NAME", help="The story of a new exercise: a YAML file, or a course name."),
    ] = "",
    desk: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A further desk of a new exercise, such as XA-red.")
    ] = None,
    new_links: Annotated[bool, typer.Option("--new-links", help="Replace all join links.")] = False,
    qr: Annotated[bool, typer.Option(help="Show QR codes of the links.")] = True,
) -> None:
    """Run the desk service. It works over a plain local network, without the internet.

    A new exercise prints one join link a desk, one for the facilitator and one for observers. Give each to its team;
    whoever has a link is that desk. Messages travel unencrypted: use it in a room's own network.

    Example: hanoikit desk serve --scenario first-night
    """
    _need_parts()
    from hanoikit.capstone.own import own_papers
    from hanoikit.capstone.products import look
    from hanoikit.desk_service import running
    from hanoikit.desk_service.addresses import addresses
    from hanoikit.desk_service.founding import found, new_tokens
    from hanoikit.network.documents import register, register_reader

    register(look)
    register_reader(own_papers)
    storage = _open(db)
    with storage:
        if storage.setting("exercise") is None:
            story, text = _scenario(scenario)
            tokens = found(storage, now=_now(), scenario=story, scenario_text=text, extra=tuple(desk or ()))
        elif scenario or desk:
            raise UsageError(
                _("This database already holds an exercise."),
                where=storage.engine.url.render_as_string(hide_password=True),
                next_step=_(
                    "Name another one with --db, or leave --scenario and --desk away to go on with it."
                ),
            )
        else:
            tokens = new_tokens(storage, now=_now()) if new_links else {}
        with running.listen(host, port) as sock:
            found_port = sock.getsockname()[1]
            _tell(storage, addresses(host, found_port), tokens, qr=qr)
            running.serve(
                storage,
                sock=sock,
                now=_now,
                ready=lambda: print(_("The service runs. To end, press Ctrl+C here."), flush=True),
            )
    print(_("The service has ended. The exercise is kept."))


@app.command()
def links(
    db: Database = "", address: Annotated[str, typer.Option(help="As http://192.0.2.7:8024.")] = ""
) -> None:
    """Make new join links; the old ones end. The service must not run meanwhile.

    Example: hanoikit desk links
    """
    _need_parts()
    from hanoikit.desk_service.addresses import addresses
    from hanoikit.desk_service.founding import new_tokens

    with _open(db) as storage:
        if storage.setting("exercise") is None:
            raise UsageError(_("There is no exercise yet."), next_step=_("Begin one: hanoikit desk serve"))
        tokens = new_tokens(storage, now=_now())
        _tell(storage, [address] if address else addresses("0.0.0.0", _PORT), tokens, qr=False)


@app.command()
def verify(file: Annotated[Path, typer.Argument(metavar="FILE", help="The exported record (zip).")]) -> None:
    """Check the record of an exercise: signatures, the chain of the log, that nothing is missing.

    Example: hanoikit desk verify exercise-3f9a.zip
    """
    _need_parts()
    from hanoikit.desk_service.checking import check_bundle

    checked = check_bundle(file)
    print(
        _("The record holds: {messages} messages, {lines} lines of the log.").format(
            messages=checked.messages, lines=checked.lines
        )
    )
    print(
        _("Signed by {name}; fingerprint of its authority: {root}").format(
            name=checked.signer, root=checked.root
        )
    )
    print(_("Compare the fingerprint with the one that the facilitator read out at the beginning."))


def _now() -> datetime:
    return datetime.now(UTC)


def _open(db: str) -> Storage:
    from hanoikit.desk_service.storage import Storage, database_url

    if not db:
        import platformdirs

        db = str(Path(platformdirs.user_data_dir("hanoikit", appauthor=False)) / "desk" / "exercise.sqlite")
    return Storage.open(database_url(db))


def _scenario(name: str) -> tuple[Scenario | None, str]:
    from hanoikit import resources
    from hanoikit.network.scenario import Scenario

    if not name:
        return None, ""
    path = Path(name)
    if not path.suffix:
        Scenario.named(name)
        path = resources.assets() / "network" / "scenarios" / f"{name}.yaml"
    scenario = Scenario.load(path)
    return scenario, path.read_text(encoding="utf-8")


def _tell(storage: Storage, addresses: list[str], tokens: Mapping[str, str], *, qr: bool) -> None:
    from hanoikit.desk_service import founding, running

    print(_("Exercise: {title}").format(title=storage.setting("title")))
    root = founding.identity_of(storage, "authority").fingerprint
    print(_("Fingerprint of its authority: {root}").format(root=root))
    print(_("Addresses of the service:"))
    for one in addresses:
        print(f"    {one}")
    if not tokens:
        print(_("The join links are those that were given out; new ones: add --new-links."))
        return
    print(_("Join links. Each opens one desk; give it to that team only."))
    for name, link in running.join_links(addresses[0], tokens).items():
        print(f"  {name:<14} {link}")
        if qr:
            print(running.qr_code(link))


def _need_parts() -> None:
    import importlib.util

    missing = [name for name in _PARTS if importlib.util.find_spec(name) is None]
    if missing:
        raise ToolMissing(
            _("The desk service needs packages that are not installed: {names}.").format(
                names=", ".join(missing)
            ),
            next_step=_("Install them with: pip install 'hanoikit[desk]'"),
        )
