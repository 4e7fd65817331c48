"""``hanoikit docs``: the instructor guide, the slides and the participant handbook.

hanoikit docs                    everything into hanoikit-docs/, notebooks run that changed since the last time
hanoikit docs --no-run           the same without running any notebook
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hanoikit.errors import BuildError
from hanoikit.i18n import _


def docs(
    to: Annotated[
        Path, typer.Option(help="The folder to make. What an earlier run made there is replaced.")
    ] = Path("hanoikit-docs"),
    run: Annotated[bool, typer.Option(help="Run notebooks that changed, for the status page.")] = True,
) -> None:
    """Make the instructor guide, slides, participant handbook, glossary and status page.

    Everything works without a network. The folder "participants" can be handed out; the folder "instructor" holds
    keys and answers.

    Example: hanoikit docs --to material
    """
    from rich.console import Console

    from hanoikit.cli.grade import progress_bar
    from hanoikit.teaching import site

    console = Console()
    with progress_bar(console) as progress:
        task = progress.add_task(_("Teaching material"), total=None)
        built = site.build(
            site.Sources.installed(),
            to,
            now=datetime.now(UTC),
            run=run,
            commands=dict(commands()),
            tell=lambda text: progress.update(task, description=text),
        )
    if built.findings:
        raise BuildError(
            _("The teaching material was made, but it has faults."),
            where=str(to),
            next_step=_("Mend these and make it again."),
            findings=built.findings,
        )
    console.print(
        _("{count} files. Begin with {path}").format(count=len(built.files), path=to / "index.html"),
        markup=False,
        soft_wrap=True,
    )


def commands() -> Iterator[tuple[str, frozenset[str]]]:
    """Every command of the program with its options, for the check of the guide: ``"class collect"``."""
    from hanoikit import cli

    for name, (module, _summary) in cli.COMMANDS.items():
        if not cli._exists(module):
            continue
        command = cli.load(name, module)
        yield name, _options(command)
        if hasattr(command, "list_commands"):
            context: Any = None
            for inner in command.list_commands(context):
                yield f"{name} {inner}", _options(command.get_command(context, inner))


def _options(command: Any) -> frozenset[str]:
    found = {"--help", "--debug"}
    for parameter in command.params:
        found.update((*parameter.opts, *parameter.secondary_opts))
    return frozenset(found)
