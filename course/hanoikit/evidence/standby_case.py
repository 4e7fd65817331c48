"""What CASE's programs work out anew for every graph although it is the same for all, kept after the first time.

>>> with Quick.load():
...     case_utils.case_validate.main()

Four things, each exactly what the program itself would get:

- the ontology as ``case_utils`` reads it;
- what pySHACL clones from it into the graph (``inoculate``): the cloning reads the ontology alone, so cloning into
  an empty graph and adding the result is the same, but for the labels of blank nodes, which are drawn anyway;
- SPARQL texts as parsed and translated, by text, base and prefixes; rdflib itself offers such queries for
  use again (``prepareQuery``);
- pySHACL's list of parameters, looked up by hash instead of one by one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

VERSION = "case-1.5.0"


@dataclass
class Quick:
    """The quick ways in place of the slow ones, for as long as the ``with`` lasts."""

    ontology: Any
    clones: tuple[Any, ...]
    _queries: dict[Any, Any] = field(default_factory=dict)
    _before: list[tuple[Any, str, Any]] = field(default_factory=list)

    @classmethod
    def load(cls) -> Quick:
        """Read the ontology and clone what is cloned of it."""
        from case_utils.case_validate.validate_utils import disable_tbox_review, get_ontology_graph
        from rdflib import RDF, URIRef

        ontology = get_ontology_graph(VERSION)
        disable_tbox_review(ontology)
        if any(isinstance(node, URIRef) for node in ontology.subjects(RDF.first)):
            raise AssertionError("a list with a name: cloning it would read the other graph")
        return cls(ontology, _clones(ontology))

    def __enter__(self) -> Quick:
        import case_utils.case_validate
        import pyshacl.shape
        import rdflib.plugins.sparql.processor
        from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
        from pyshacl.rdfutil import inoculate

        processor: Any = rdflib.plugins.sparql.processor
        parameters = _Hashed(ALL_CONSTRAINT_PARAMETERS), CONSTRAINT_PARAMETERS_MAP
        for place, name, quick in (
            (case_utils.case_validate, "get_ontology_graph", self._ontology_of(case_utils.case_validate)),
            (inoculate, "inoculate", self._inoculated(inoculate.inoculate)),
            (processor, "parseQuery", _Text),
            (processor, "translateQuery", self._translated(processor.parseQuery, processor.translateQuery)),
            (pyshacl.shape, "CONSTRAINT_PARAMS", parameters),
        ):
            self._before.append((place, name, getattr(place, name, None)))
            setattr(place, name, quick)
        return self

    def __exit__(self, *error: object) -> None:
        while self._before:
            setattr(*self._before.pop())

    def _ontology_of(self, module: Any) -> Any:
        slow = module.get_ontology_graph

        def get_ontology_graph(version: str | None = None, more: list[str] | None = None) -> Any:
            return self.ontology if version == VERSION and not more else slow(version, more)

        return get_ontology_graph

    def _inoculated(self, slow: Any) -> Any:
        def inoculate(graph: Any, ontology: Any) -> Any:
            if ontology is not self.ontology:
                return slow(graph, ontology)
            _bind_missing(graph.namespace_manager, ontology.namespace_manager)
            for triple in self.clones:
                graph.add(triple)
            return graph

        return inoculate

    def _translated(self, parse: Any, translate: Any) -> Any:
        def translate_query(text: Any, base: Any = None, prefixes: Any = None) -> Any:
            if not isinstance(text, _Text):
                return translate(text, base, prefixes)
            names = tuple(sorted((str(name), str(space)) for name, space in (prefixes or {}).items()))
            key = text.text, base, names
            if key not in self._queries:
                self._queries[key] = translate(parse(text.text), base, prefixes)
            return self._queries[key]

        return translate_query


class _Text:
    """A SPARQL text that is parsed when it is translated, the first time."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Hashed(list[Any]):
    """A list that is asked by hash whether something is in it."""

    def __init__(self, items: Any) -> None:
        super().__init__(items)
        self._set = frozenset(items)

    def __contains__(self, item: object) -> bool:
        return item in self._set


def _bind_missing(theirs: Any, ours: Any) -> None:
    """As ``inoculate`` begins: prefixes of the ontology that the graph has not."""
    have = {prefix for prefix, _space in theirs.namespaces()}
    for prefix, space in ours.namespaces():
        if prefix not in have:
            theirs.bind(prefix, space)


def _clones(ontology: Any) -> tuple[Any, ...]:
    """What ``inoculate`` adds to a graph."""
    from importlib import import_module

    from pyshacl.graph_abstraction import DataGraph
    from pyshacl.rdfutil.inoculate import inoculate
    from rdflib import Graph
    from rdflib.collection import Collection

    class Growing(Collection):
        """A list that remembers where it ends; to find that out takes longer with every item."""

        _last: Any = None

        def _end(self) -> Any:
            here, self.uri = self.uri, self._last or self.uri
            try:
                self._last = super()._end()
            finally:
                self.uri = here
            return self._last

    empty = Graph()
    cloning: Any = import_module("pyshacl.rdfutil.clone")
    cloning.Collection = Growing
    try:
        inoculate(DataGraph.from_rdflib(empty), ontology)
    finally:
        cloning.Collection = Collection
    return tuple(empty)


def trifle() -> str:
    """A small graph with the prefixes of :mod:`case_export` and something for every query of the programs."""
    from hanoikit.evidence.case_export import CONTEXT

    def node(kind: str, number: int, **more: Any) -> dict[str, Any]:
        name = kind.rpartition(":")[2]
        told = {key.replace("__", ":").replace("_", "-"): value for key, value in more.items()}
        return {"@id": f"kb:{name}-00000000-0000-5000-8000-{number:012d}", "@type": kind, **told}

    time = {"@type": "xsd:dateTime", "@value": "2026-01-01T00:00:00+00:00"}
    person = node("uco-identity:Person", 1, uco_core__name="A")
    image = node("uco-observable:Image", 2, uco_core__name="B")
    record = node("case-investigation:ProvenanceRecord", 3, uco_core__object=[{"@id": image["@id"]}])
    action = node(
        "case-investigation:InvestigativeAction",
        4,
        uco_action__startTime=time,
        uco_action__endTime=time,
        uco_action__performer={"@id": person["@id"]},
        uco_action__result=[{"@id": image["@id"]}, {"@id": record["@id"]}],
    )
    return json.dumps({"@context": dict(CONTEXT), "@graph": [person, image, record, action]})
