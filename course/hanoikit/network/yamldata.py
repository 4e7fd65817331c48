"""Scenarios and scripts as people write them: YAML without its traps, checked against a schema.

>>> load_checked(Path("first-night.yaml"), "scenario")["title"]
'First night on the desk'

Only plain data (no YAML tags), times stay text, a key written twice is refused, and a schema of
``assets/network/<name>.schema.json`` says where something is wrong.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.errors import Finding, ScenarioInvalid
from hanoikit.i18n import _

MAX_BYTES = 1024 * 1024
DEEPEST = 100

_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_INTEGER = re.compile(r"^-?(0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$")


def load_checked(source: Path | str, schema: str) -> Any:
    """The plain data of a YAML file (or of YAML text) that somebody else wrote.

    Raises ``ScenarioInvalid`` with every finding: no YAML, or not what the schema says.
    """
    value = load(source)
    findings = [
        Finding("schema", error.message[:300], ".".join(str(part) for part in error.absolute_path))
        for error in sorted(_validator(schema).iter_errors(value), key=lambda one: [str(p) for p in one.path])
    ]
    if findings:
        raise ScenarioInvalid(
            _("The file is not written as it has to be."),
            where=str(source) if isinstance(source, Path) else None,
            next_step=_(
                "Mend each point in the list; the schema is assets/network/{name}.schema.json."
            ).format(name=schema),
            findings=findings,
        )
    return value


def load(source: Path | str) -> Any:
    """The plain data of a YAML file (or of YAML text), without a look at the schema.

    For the course's own files, which the tests check: importing jsonschema takes seconds where its optional parsers
    are installed, as they are beside JupyterLab. Raises ``ScenarioInvalid`` for what is no YAML.
    """
    where = str(source) if isinstance(source, Path) else ""
    try:
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    except (OSError, ValueError) as error:
        raise ScenarioInvalid(_("The file cannot be read."), where=where, next_step=str(error)) from error
    return _load(text, where)


def _base() -> Any:
    """The reader written in C, ten times as fast, where PyYAML was built with it."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _loader() -> Any:
    import yaml

    class Loader(_base()):  # type: ignore[misc]
        """Plain data: times are text, and a key stands once."""

    # YAML 1.1 reads 1:30 as ninety and a date as a date; here both stay text.
    unwanted = {"tag:yaml.org,2002:timestamp", *_NUMBERS}
    Loader.yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in found if tag not in unwanted]
        for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-0123456789"))

    def mapping(loader: Any, node: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in made:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is no text or stands twice", key_node.start_mark
                )
            made[key] = loader.construct_object(value_node, deep=True)
        return made

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    return Loader


def _load(text: str, where: str) -> Any:
    import yaml

    if len(text) > MAX_BYTES:
        raise ScenarioInvalid(_("The file is too large."), where=where or None)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_base()):
            if isinstance(event, yaml.AliasEvent):
                # A few anchors can grow to fill the memory.
                raise yaml.YAMLError("anchors and aliases are not used here")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                # The reader in C goes down without looking how far.
                raise yaml.YAMLError(f"more than {DEEPEST} levels inside each other")
        return yaml.load(text, _loader())
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise ScenarioInvalid(
            _("The file is no YAML that can be used."),
            where=where or None,
            next_step=_("Mend the place that is named."),
            findings=[Finding("yaml", str(error)[:300], where)],
        ) from error


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    path = resources.assets() / "network" / f"{name}.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
