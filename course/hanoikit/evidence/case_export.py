"""A custody log as a CASE/UCO 1.5 graph (JSON-LD): who did what to which exhibit, in a language other tools
read.

>>> graph = export(log, [Item("laptop-1", "device", "Laptop"), Item("image-1", "image", "EX-1.E01",
size=39_112)],
...                title="Harbour case")
>>> write(graph, Path("custody/case.jsonld"))

Each entry becomes an ``InvestigativeAction`` with its performer, place and time. It takes the exhibit and
its latest ``ProvenanceRecord`` and leaves a new record, so that a program can walk from any exhibit back to
where it came from. An exhibit whose origin the log does not show stays without one, and ``case_prov_check``
rejects the graph: the export does not repair a chain. Identifiers follow from the content (UUID version 5):
the same log gives the same graph.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.errors import EvidenceError, Finding, UsageError
from hanoikit.evidence.case_items import Item, Tool, file_item, image_item
from hanoikit.evidence.custody import CustodyEntry, CustodyLog
from hanoikit.evidence.custody_entry import OPENING
from hanoikit.i18n import _
from hanoikit.trust.certificates import Person, person

__all__ = ["CONTEXT", "KB", "Item", "Tool", "export", "file_item", "image_item", "to_bytes", "write"]

Node = dict[str, Any]

#: Names of the graph's own things; ``example.org`` because they stand for nothing outside the course.
KB = "http://example.org/kb/"
CONTEXT: Mapping[str, str] = {
    "kb": KB,
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-location": "https://ontology.unifiedcyberontology.org/uco/location/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-role": "https://ontology.unifiedcyberontology.org/uco/role/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, KB + "hanoikit")
_CLASSES = {"device": "Device", "image": "Image", "file": "File", "other": "ObservableObject"}
#: Names of UCO's HashNameVocab; plain strings since UCO 1.4.
_HASH_NAMES = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512"}


def export(
    log: CustodyLog, items: Iterable[Item] = (), *, title: str = "", authorization: str = ""
) -> dict[str, Any]:
    """The log and its items as one JSON-LD document (CASE 1.5.0, UCO 1.5.0).

    ``title`` names the investigation, ``authorization`` the order or request under which it was done. Raises
    :class:`EvidenceError` when an item's digest is not the one in the log, :class:`UsageError` for an item
    given twice or one whose ``made_by`` is no entry.
    """
    graph = _Graph(log, _by_id(items))
    for entry in log.entries:
        graph.add_action(entry)
    graph.add_investigation(title or log.case, authorization)
    return {
        "@context": dict(CONTEXT),
        "@graph": sorted(graph.nodes.values(), key=lambda node: str(node["@id"])),
    }


def write(graph: Mapping[str, Any], path: Path) -> Path:
    """Write the graph as JSON-LD (UTF-8, ended by a line break): equal graphs give equal bytes."""
    path.write_bytes(to_bytes(graph))
    return path


def to_bytes(graph: Mapping[str, Any]) -> bytes:
    """The graph as JSON-LD text, for ``package.create(tag_files={"custody/case.jsonld": ...})``."""
    return (json.dumps(graph, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _by_id(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        if item.id in found:
            raise UsageError(_("The item {item} is given twice.").format(item=item.id))
        found[item.id] = item
    return found


class _Graph:
    """Nodes by their identifier, and for every item its latest provenance record and the action that made
    it.
    """

    def __init__(self, log: CustodyLog, items: Mapping[str, Item]) -> None:
        self.log = log
        self.items = items
        self.nodes: dict[str, Node] = {}
        self.space = uuid.uuid5(_SPACE, log.case)
        self.people = {print_: person(found) for print_, found in log.certificates().items()}
        self.latest: dict[str, tuple[Node, Node]] = {}
        self.sources = {entry.item: entry.source for entry in reversed(log.entries) if entry.source}
        numbers = {entry.index for entry in log.entries}
        for item in items.values():
            if item.made_by is not None and item.made_by not in numbers:
                raise UsageError(_("The log has no entry {number}.").format(number=item.made_by))

    def node(self, kind: str, *key: object, **fields: Any) -> Node:
        """The node of this class and key; made once, later calls return the same."""
        name = kind.partition(":")[2]
        identifier = f"kb:{name}-{uuid.uuid5(self.space, json.dumps([kind, *map(str, key)]))}"
        if identifier not in self.nodes:
            present = {label: value for label, value in fields.items() if value not in (None, "", [], {})}
            self.nodes[identifier] = {"@id": identifier, "@type": kind, **present}
        return self.nodes[identifier]

    # actions

    def add_action(self, entry: CustodyEntry) -> None:
        objects, results = self._inputs(entry)
        record = self._record(entry.item, entry)
        made = [self._thing(item.id) for item in self.items.values() if item.made_by == entry.index]
        for item in self.items.values():
            if item.made_by == entry.index:
                results += [self._thing(item.id), self._record(item.id, entry)]
        number = _("Entry {number} of the custody log; SHA-256 of its line: {hash}")
        description = [entry.note] if entry.note else []
        action = self.node(
            "case-investigation:InvestigativeAction",
            entry.index,
            entry.hash,
            **{
                "uco-core:name": entry.action,
                "uco-core:description": [*description, number.format(number=entry.index, hash=entry.hash)],
                "uco-action:startTime": _moment(entry.at),
                "uco-action:endTime": _moment(entry.at),
                "uco-action:performer": _ref(self._person(entry.actor, entry.role)),
                "uco-action:participant": _ref(self._person(entry.counterpart, ""))
                if entry.counterpart
                else None,
                "uco-action:location": _ref(
                    self.node("uco-location:Location", entry.place, **_name(entry.place))
                ),
                "uco-action:instrument": _refs(self._tools(entry, made)),
                "uco-action:object": _refs(objects),
                "uco-action:result": _refs([*results, record]),
                "case-investigation:wasInformedBy": _refs(self._informants(entry)),
            },
        )
        for name in {entry.item, *(item.id for item in self.items.values() if item.made_by == entry.index)}:
            self.latest[name] = (self._record(name, entry), action)

    def _inputs(self, entry: CustodyEntry) -> tuple[list[Node], list[Node]]:
        thing = self._thing(entry.item)
        if entry.item in self.latest:
            return [thing, self.latest[entry.item][0]], []
        if entry.action not in OPENING:
            # The log does not say where the item came from, so neither does the graph.
            return [thing], []
        if not entry.source:
            return [], [thing]
        origin = self._thing(entry.source)
        records = [self.latest[entry.source][0]] if entry.source in self.latest else []
        return [origin, *records], [thing]

    def _informants(self, entry: CustodyEntry) -> list[Node]:
        name = entry.item if entry.item in self.latest else entry.source
        return [self.latest[name][1]] if name in self.latest else []

    def _tools(self, entry: CustodyEntry, made: Sequence[Node]) -> list[Node]:
        first = entry.item not in self.latest and entry.action in OPENING
        makers = [self.items.get(entry.item)] if first else []
        makers += [item for item in self.items.values() if item.made_by == entry.index]
        tools = []
        for item in makers:
            if item is not None and item.tool is not None:
                fields = {**_name(item.tool.name), "uco-tool:version": item.tool.version}
                tools.append(self.node("uco-tool:Tool", item.tool.name, item.tool.version, **fields))
        return list({str(tool["@id"]): tool for tool in tools}.values())

    def _record(self, name: str, entry: CustodyEntry) -> Node:
        item = self.items.get(name)
        exhibit = (item.exhibit if item else "") or name
        return self.node(
            "case-investigation:ProvenanceRecord",
            name,
            entry.index,
            entry.hash,
            **{
                **_name(f"{exhibit}, {entry.index}"),
                "case-investigation:exhibitNumber": exhibit,
                "uco-core:object": _refs([self._thing(name)]),
            },
        )

    # people

    def _person(self, print_: str, role: str) -> Node:
        who = self.people.get(print_) or Person(
            _("unknown, certificate {id}").format(id=print_[:16]), "", "", "", print_
        )
        given, _space, family = who.name.rpartition(" ")
        name = self.node(
            "uco-identity:SimpleNameFacet",
            print_,
            **{"uco-identity:givenName": given, "uco-identity:familyName": family},
        )
        node = self.node(
            "uco-identity:Person", print_, **_name(who.name), **{"uco-core:hasFacet": _refs([name])}
        )
        if who.organisation:
            body = self.node(
                "uco-identity:Organization", who.organisation, who.state, **_name(who.organisation)
            )
            self._relate(node, body, "Affiliated_With")
        if role:
            self._relate(node, self.node("uco-role:Role", role, **_name(role)), "Has_Role")
        return node

    def _relate(self, source: Node, target: Node, kind: str) -> None:
        self.node(
            "uco-core:Relationship",
            source["@id"],
            target["@id"],
            kind,
            **{
                "uco-core:source": _ref(source),
                "uco-core:target": _ref(target),
                "uco-core:kindOfRelationship": kind,
                "uco-core:isDirectional": True,
            },
        )

    # things

    def _thing(self, name: str) -> Node:
        item = self.items.get(name) or Item(name, "other")
        digests = self._digests(item)
        facets = [
            facet
            for facet in (
                self._file(item),
                self._content(item, digests),
                self._image(item),
                self._device(item),
            )
            if facet
        ]
        headers = "; ".join(f"{label}: {value}" for label, value in sorted(item.headers.items()) if value)
        notes = [
            item.description,
            _("The image says of itself: {text}").format(text=headers) if headers else "",
        ]
        return self.node(
            f"uco-observable:{_CLASSES[item.kind]}",
            name,
            **_name(item.name or name),
            **{"uco-core:description": [note for note in notes if note], "uco-core:hasFacet": _refs(facets)},
        )

    def _digests(self, item: Item) -> dict[str, str]:
        digests = {name: value.lower() for name, value in item.digests.items()}
        findings = []
        for entry in self.log.entries:
            if entry.item != item.id:
                continue
            for name, value in entry.digests.items():
                stated = digests.setdefault(name, value.lower())
                if stated != value.lower():
                    message = _("{item}: the log says {logged}, the item has {stated} ({name}).").format(
                        item=item.id, logged=value, stated=stated, name=name
                    )
                    findings.append(Finding("hash-mismatch", message, _("entry {n}").format(n=entry.index)))
        if findings:
            raise EvidenceError(
                _("The custody log and the evidence do not agree; nothing was exported."),
                where=item.id,
                next_step=_("Find out which item the log means before you export anything."),
                findings=findings,
            )
        return digests

    def _file(self, item: Item) -> Node | None:
        if item.kind not in {"file", "image"}:
            return None
        return self.node(
            "uco-observable:FileFacet",
            item.id,
            **{
                "uco-observable:fileName": item.name or item.id,
                "uco-observable:filePath": item.path,
                "uco-observable:isDirectory": False,
                "uco-observable:sizeInBytes": item.size,
                "uco-observable:allocationStatus": {None: "", True: "allocated", False: "unallocated"}[
                    item.allocated
                ],
                "uco-observable:modifiedTime": _moment(item.modified),
                "uco-observable:observableCreatedTime": _moment(item.created),
                "uco-observable:accessedTime": _moment(item.accessed),
            },
        )

    def _content(self, item: Item, digests: Mapping[str, str]) -> Node | None:
        known = {name: value for name, value in digests.items() if name in _HASH_NAMES}
        if not known:
            return None
        hashes = [
            self.node(
                "uco-types:Hash",
                item.id,
                name,
                value,
                **{
                    "uco-types:hashMethod": _HASH_NAMES[name],
                    "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": value},
                },
            )
            for name, value in sorted(known.items())
        ]
        # The digests of an image are those of the medium in it, so the size beside them is the medium's too.
        size = item.media_size if item.kind == "image" else item.size
        fields = {"uco-observable:hash": _refs(hashes), "uco-observable:sizeInBytes": size}
        return self.node("uco-observable:ContentDataFacet", item.id, **fields)

    def _image(self, item: Item) -> Node | None:
        if item.kind != "image":
            return None
        return self.node(
            "uco-observable:ImageFacet", item.id, **{"uco-observable:imageType": item.image_type}
        )

    def _device(self, item: Item) -> Node | None:
        if item.kind != "device":
            return None
        fields = {
            "uco-observable:deviceType": item.device_type,
            "uco-observable:model": item.model,
            "uco-observable:serialNumber": item.serial_number,
        }
        return self.node("uco-observable:DeviceFacet", item.id, **fields)

    # the whole

    def add_investigation(self, title: str, authorization: str) -> None:
        members = [
            node
            for node in self.nodes.values()
            if str(node["@type"]).partition(":")[2]
            in {"InvestigativeAction", "ProvenanceRecord", *_CLASSES.values()}
        ]
        if not members:
            raise UsageError(_("The custody log has no entries; there is nothing to export."))
        order = (
            self.node("case-investigation:Authorization", authorization, **_name(authorization))
            if authorization
            else None
        )
        times = [entry.at for entry in self.log.entries]
        self.node(
            "case-investigation:Investigation",
            self.log.case,
            **{
                **_name(title),
                "uco-core:description": [_("Case {case}").format(case=self.log.case)],
                "uco-core:startTime": _moment(min(times)),
                "case-investigation:relevantAuthorization": _ref(order) if order else None,
                "uco-core:object": _refs(sorted(members, key=lambda node: str(node["@id"]))),
            },
        )


def _name(text: str) -> Node:
    return {"uco-core:name": text} if text else {}


def _ref(node: Node) -> Node:
    return {"@id": node["@id"]}


def _refs(nodes: Sequence[Node]) -> list[Node]:
    return [_ref(node) for node in nodes]


def _moment(at: datetime | None) -> Node | None:
    return {"@type": "xsd:dateTime", "@value": at.isoformat()} if at is not None else None
