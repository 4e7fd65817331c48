"""``hanoikit build``: derive the notebooks and tables from their text sources, or check that nothing is
stale.
"""

from __future__ import annotations

import typer

from hanoikit.cli import SETTINGS
from hanoikit.errors import StaleDerivative, UsageError

app = typer.Typer(**SETTINGS)


@app.command()
def build(
    check: bool = typer.Option(False, "--check", help="Write nothing; fail with a list of what is stale."),
) -> None:
    """Derive the notebooks from their text sources.

    Example: hanoikit build --check
    """
    from hanoikit import build, resources

    root = resources.checkout()
    if root is None:
        raise UsageError(
            "This kit was installed without its sources, so there is nothing to build.",
            next_step="Get the source checkout, and run the command there.",
        )
    course = build.Course.of_checkout(root)
    derived = build.derive_all(course)
    count = sum(
        len(paths(course)) for paths in (build.lesson_paths, build.assignment_paths, build.page_paths)
    )
    if check:
        if findings := build.stale(derived):
            raise StaleDerivative(
                "What is derived does not match the text sources.",
                next_step="Run 'hanoikit build' and commit what it writes.",
                findings=findings,
            )
        print(f"{count} text sources checked; everything derived from them is up to date.")
        return
    changed = build.write(derived)
    for label in changed:
        print(f"written: {label}")
    print(f"{count} text sources checked; {len(changed)} files changed.")
