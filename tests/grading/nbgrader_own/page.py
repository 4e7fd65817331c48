"""The page docs/nbgrader-tests.md, from nbgrader's test modules and expected.json; nothing is run for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version

from . import running

PLACE = "docs/nbgrader-tests.md"
COMMAND = "python -m tests.grading.nbgrader_own --write"
CLASSES = {
    "passes": "passes",
    "differs": "**differs by design**",
    "not applicable": "does not apply",
    "skipped": "skipped by nbgrader itself",
}
HEAD = """\
# nbgrader's own tests against the marking engine

nbgrader {version} ships its tests. They are run here unchanged, from the installed package, in two ways: with `hanoikit class
autograde` in the place of `nbgrader autograde` (**command**), and with nbgrader's own command, to which the course's settings
give the engine's steps (**steps**). Every test that is not named below as an exception must pass, and each exception must end
at the very line that is expected; `tests/grading/test_nbgrader_own_tests.py` fails when one changes.

`make test` runs `test_nbgrader_autograde` with the command, all of it, and {some} of its tests with the steps.
`make nbgrader-tests` runs everything on this page (some minutes). What differs, and why, is told as a whole in
[equality.md](equality.md). nbgrader's tests of its single steps (`tests/preprocessors`) call classes that the engine does not use,
and `test_api` brings settings of its own; neither applies.

This page is written by `{command}`; do not edit it.
"""


def text() -> str:
    """The whole page."""
    from tests.grading.test_nbgrader_own_tests import STEPS

    head = HEAD.format(version=version("nbgrader"), command=COMMAND, some=len(STEPS))
    return "\n".join([head, *_sums(), "", *_exceptions(), *_all()]) + "\n"


def _class(form: str, name: str) -> str:
    known = running.expected()[form]
    # A test that is run with several values has one name for each.
    return next((entry["class"] for key, entry in known.items() if key.partition("[")[0] == name), "passes")


def _sums() -> Iterator[str]:
    yield "| | " + " | ".join(CLASSES.values()) + " |"
    yield "|---|" + "---:|" * len(CLASSES)
    for form in running.FORMS:
        counted = Counter(_class(form, f"{module}::{test}") for module, test, _title in _tests())
        name = form.removeprefix("by_")
        yield f"| {name} | " + " | ".join(str(counted[kind]) for kind in CLASSES) + " |"


def _exceptions() -> Iterator[str]:
    yield "## The exceptions\n"
    yield "| test | way | | reason |\n|---|---|---|---|"
    entries: dict[tuple[str, str, str], list[str]] = {}
    for form in running.FORMS:
        for name, entry in running.expected()[form].items():
            entries.setdefault((name, entry["class"], entry["reason"]), []).append(form.removeprefix("by_"))
    for (name, kind, reason), forms in entries.items():
        module, _colons, test = name.partition("::")
        shown = f"`{test}`" if module == running.AUTOGRADE else f"`{module}` `{test}`"
        yield f"| {shown} | {', '.join(forms)} | {CLASSES[kind]} | {reason} |"
    yield ""


def _all() -> Iterator[str]:
    yield "## All tests"
    before = ""
    for module, test, title in _tests():
        if module != before:
            yield f"\n### `{module}`\n\n| test | command | steps | what nbgrader says it asks |\n|---|---|---|---|"
            before = module
        kinds = [CLASSES[_class(form, f"{module}::{test}")] for form in running.FORMS]
        yield f"| `{test}` | {kinds[0]} | {kinds[1]} | {title.replace('|', '/')} |"


def _tests() -> Iterator[tuple[str, str, str]]:
    for module in [running.AUTOGRADE, *running.MORE]:
        for test, title in running.titles(module).items():
            yield module, test, title
