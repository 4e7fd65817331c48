"""The seal against the text of RFC 9162, known vectors, and pymerkle as an independent oracle."""

import hashlib
import json
import random
from datetime import UTC, datetime

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable, IdentityRejected, ProofRejected, UsageError
from hanoikit.evidence.hashing import digest
from hanoikit.evidence.identity import CourseAuthority
from hanoikit.evidence.merkle import (
    EMPTY_ROOT,
    Tree,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
)
from hanoikit.evidence.seal import (
    ConsistencyProof,
    InclusionProof,
    Leaf,
    Seal,
    SignedRoot,
    verify_consistency,
    verify_inclusion,
)

MAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
FILES = {f"file-{n}.txt": f"content {n}".encode() for n in range(7)}

# The leaves and the roots over the first 1 to 8 of them that implementations of Certificate Transparency share.
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def oracle(entries):
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


def tree_of(entries):
    return Tree([leaf_hash(entry) for entry in entries])


def code(rejected):
    return rejected.value.findings[0].code


# the tree


def test_the_empty_tree_has_the_hash_of_nothing():
    assert Tree([]).root() == EMPTY_ROOT == hashlib.sha256(b"").digest()
    assert EMPTY_ROOT.hex().startswith("e3b0c442")
    assert Seal.of({}).root == EMPTY_ROOT.hex()


def test_the_known_roots_of_certificate_transparency_come_out():
    leaves = [bytes.fromhex(leaf) for leaf in CT_LEAVES]
    assert [tree_of(leaves[:n]).root().hex() for n in range(1, 9)] == CT_ROOTS
    assert [tree_of(leaves).root(n).hex() for n in range(1, 9)] == CT_ROOTS


def test_the_example_proofs_of_rfc_9162_come_out():
    """Section 2.1.5: seven entries d0 to d6, their nodes by the letters of the RFC's drawing."""
    d = [f"d{n}".encode() for n in range(7)]
    a, b, c, dd, e, f, j = (leaf_hash(each) for each in d)
    g, h, i = node_hash(a, b), node_hash(c, dd), node_hash(e, f)
    k, ll = node_hash(g, h), node_hash(i, j)
    tree = tree_of(d)
    assert tree.root() == node_hash(k, ll)
    assert tree.inclusion_path(0) == [b, h, ll]
    assert tree.inclusion_path(3) == [c, g, ll]
    assert tree.inclusion_path(4) == [f, j, k]
    assert tree.inclusion_path(6) == [i, k]
    assert tree.consistency_path(3) == [c, dd, g, ll]
    assert tree.consistency_path(4) == [ll]
    assert tree.consistency_path(6) == [i, j, k]
    assert tree.consistency_path(7) == []


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=70))
def test_roots_are_those_of_pymerkle(entries):
    theirs = oracle(entries)
    assert [tree_of(entries).root(n) for n in range(1, len(entries) + 1)] == [
        theirs.get_root(n) for n in range(1, len(entries) + 1)
    ]


@given(st.integers(1, 130), st.data())
def test_inclusion_proofs_use_the_hashes_that_pymerkle_uses_and_lead_to_its_root(size, data):
    entries = [str(n).encode() for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    theirs = oracle(entries)
    path = tree_of(entries).inclusion_path(index)
    leaf = leaf_hash(entries[index])
    # pymerkle counts from 1 and puts the leaf among the hashes.
    assert {*path, leaf} == set(theirs.prove_inclusion(index + 1).path)
    check_inclusion(leaf, index, size, path, theirs.get_root(size))


@given(st.integers(1, 130), st.data())
def test_consistency_proofs_lead_to_both_roots_of_pymerkle(size, data):
    entries = [str(n).encode() for n in range(size)]
    old = data.draw(st.integers(1, size))
    theirs = oracle(entries)
    path = tree_of(entries).consistency_path(old)
    check_consistency(old, size, path, theirs.get_root(old), theirs.get_root(size))


@given(st.integers(2, 60), st.data())
def test_a_changed_inclusion_proof_is_rejected(size, data):
    entries = [str(n).encode() for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    tree = tree_of(entries)
    path, leaf, root = tree.inclusion_path(index), leaf_hash(entries[index]), tree.root()
    what = data.draw(st.sampled_from(["hash", "drop", "add", "leaf", "index", "root", "order"]))
    if what == "hash":
        place = data.draw(st.integers(0, len(path) - 1))
        path[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
    elif what == "drop":
        path.pop(data.draw(st.integers(0, len(path) - 1)))
    elif what == "add":
        path.insert(data.draw(st.integers(0, len(path))), leaf)
    elif what == "leaf":
        leaf = leaf_hash(b"another")
    elif what == "index":
        index = data.draw(st.integers(-1, size).filter(lambda other: other != index))
    elif what == "root":
        root = tree.root(size - 1)
    elif path == path[::-1]:
        return
    else:
        path = path[::-1]
    with pytest.raises(ProofRejected):
        check_inclusion(leaf, index, size, path, root)


@given(st.integers(2, 60), st.data())
def test_a_changed_consistency_proof_is_rejected(size, data):
    tree = tree_of([str(n).encode() for n in range(size)])
    other = tree_of([str(n).encode() for n in range(1, size + 1)])
    old = data.draw(st.integers(1, size - 1))
    path, first, second = tree.consistency_path(old), tree.root(old), tree.root()
    what = data.draw(st.sampled_from(["hash", "drop", "add", "old root", "new root", "empty"]))
    if what == "hash":
        place = data.draw(st.integers(0, len(path) - 1))
        path[place] = bytes(32)
    elif what == "drop":
        path.pop(data.draw(st.integers(0, len(path) - 1)))
    elif what == "add":
        path.append(path[-1])
    elif what == "old root":
        first = other.root(old)
    elif what == "new root":
        second = other.root()
    else:
        path = []
    with pytest.raises(ProofRejected):
        check_consistency(old, size, path, first, second)


def test_a_node_cannot_be_passed_off_as_an_entry():
    a, b = leaf_hash(b"a"), leaf_hash(b"b")
    root = node_hash(a, b)
    assert leaf_hash(a + b) != root
    with pytest.raises(ProofRejected):
        check_inclusion(leaf_hash(a + b), 0, 1, [], root)


@pytest.mark.parametrize(("first", "second"), [(0, 4), (5, 4), (-1, 4)])
def test_impossible_sizes_are_rejected(first, second):
    with pytest.raises(ProofRejected) as rejected:
        check_consistency(first, second, [], EMPTY_ROOT, EMPTY_ROOT)
    assert code(rejected) == "sizes"


# the seal


def test_one_file_is_proved_without_the_others():
    seal = Seal.of(FILES)
    for name, content in FILES.items():
        proof = InclusionProof.from_json(seal.inclusion_proof(name).to_json())
        verify_inclusion(proof, root=seal.root, size=seal.size, data=content)
        others = [other for other in FILES if other != name]
        text = proof.to_json()
        assert not any(other in text for other in others)
        assert not any(leaf.salt in text for leaf in seal.leaves if leaf.name != name)


def test_another_file_or_another_seal_is_rejected(tmp_path):
    seal = Seal.of(FILES)
    proof = seal.inclusion_proof("file-3.txt")
    with pytest.raises(ProofRejected) as rejected:
        verify_inclusion(proof, root=seal.root, data=b"content 4")
    assert code(rejected) == "other-data"
    with pytest.raises(ProofRejected) as rejected:
        verify_inclusion(proof, root=Seal.of(FILES).root)
    assert code(rejected) == "other-root"
    with pytest.raises(ProofRejected) as rejected:
        verify_inclusion(proof, root=seal.root, size=8)
    assert code(rejected) == "other-size"
    renamed = InclusionProof(
        Leaf("renamed.txt", proof.leaf.sha256, proof.leaf.size, proof.leaf.salt), proof.index, 7, proof.path
    )
    with pytest.raises(ProofRejected):
        verify_inclusion(renamed, root=seal.root)


def test_salts_differ_by_leaf_so_that_a_neighbour_cannot_be_guessed():
    same = {"a.txt": b"yes", "b.txt": b"yes"}
    salted = Seal.of(same)
    assert len({leaf.salt for leaf in salted.leaves}) == 2
    assert Seal.of(same).root != salted.root
    proof = salted.inclusion_proof("a.txt")
    guess = Leaf("b.txt", hashlib.sha256(b"yes").hexdigest(), 3)
    assert guess.hash.hex() not in proof.path
    bare = Seal.of(same, salted=False)
    assert guess.hash.hex() in bare.inclusion_proof("a.txt").path
    assert bare.root == Seal.of(same, salted=False).root


def test_a_chosen_random_source_makes_the_seal_repeatable():
    one, two = (Seal.of(FILES, random_bytes=random.Random(4).randbytes) for _ in range(2))
    assert one == two
    assert one.root == two.root


def test_a_seal_of_a_folder_is_in_the_order_of_names_and_finds_changes(tmp_path):
    for name in ("b/é.txt", "b/a.txt", "B.txt", "a"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    seal = Seal.of_folder(tmp_path)
    assert [leaf.name for leaf in seal.leaves] == ["B.txt", "a", "b/a.txt", "b/é.txt"]
    assert seal.check_folder(tmp_path) == []
    verify_inclusion(seal.inclusion_proof("b/é.txt"), root=seal.root, data=tmp_path / "b" / "é.txt")
    (tmp_path / "a").write_text("A")
    (tmp_path / "B.txt").unlink()
    (tmp_path / "new").write_text("")
    assert [(f.code, f.where) for f in seal.check_folder(tmp_path)] == [
        ("missing-file", "B.txt"),
        ("altered-file", "a"),
        ("unsealed-file", "new"),
    ]


def test_a_link_in_a_sealed_folder_is_refused(tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to("/etc/hostname")
    with pytest.raises(UsageError, match="symbolic link"):
        Seal.of_folder(tmp_path / "here")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a/../b", "a//b", "./a", "a/", "\udcff"])
def test_a_name_that_could_lead_elsewhere_is_refused(name):
    with pytest.raises(UsageError):
        Seal.of({name: b""})


def test_bytes_digests_and_hexadecimal_give_the_same_file(tmp_path):
    (tmp_path / "x").write_bytes(b"evidence")
    by_bytes = Seal.of({"x": b"evidence"}, salted=False)
    assert Seal.of({"x": digest(tmp_path / "x")}, salted=False).root == by_bytes.root
    by_hex = Seal.of({"x": hashlib.sha256(b"evidence").hexdigest()}, salted=False)
    verify_inclusion(by_hex.inclusion_proof("x"), root=by_hex.root, data=b"evidence")
    with pytest.raises(UsageError):
        Seal.of({"x": "not a digest"})


def test_more_files_are_added_and_nothing_is_lost():
    old = Seal.of(FILES)
    new = old.extended({"file-0b.txt": b"later", "zz": b"last"})
    proof = ConsistencyProof.from_json(new.consistency_proof(old.size).to_json())
    verify_consistency(proof, old_root=old.root, new_root=new.root)
    assert new.root_at(old.size) == old.root
    replaced = Seal.of({**FILES, "file-2.txt": b"forged", "zz": b"last"})
    with pytest.raises(ProofRejected):
        verify_consistency(replaced.consistency_proof(7), old_root=old.root, new_root=replaced.root)
    with pytest.raises(UsageError):
        old.extended({"file-1.txt": b"again"})
    with pytest.raises(UsageError):
        new.consistency_proof(0)


def test_an_unknown_file_has_no_proof():
    with pytest.raises(UsageError, match="no file"):
        Seal.of(FILES).inclusion_proof("nothing")


# signing, saving


@pytest.fixture(scope="module")
def authority():
    return CourseAuthority.create(seed="seal tests")


@pytest.fixture(scope="module")
def signed(authority):
    anh = authority.issue(name="Lan Anh Tran", role="DES", organisation="Cyber Unit", state="XA")
    return Seal.of(FILES).sign(anh, case="XA-2026-0417", at=MAY)


def test_a_signed_seal_survives_saving_and_names_its_signer(signed, authority, tmp_path):
    signed.save(tmp_path / "seal.json")
    again = Seal.load(tmp_path / "seal.json")
    assert again == signed
    assert again.signed.verify([authority.certificate]).name == "Lan Anh Tran"
    alone = SignedRoot.from_json(json.loads(json.dumps(again.signed.to_json())))
    assert (alone.root, alone.size, alone.time) == (signed.root, 7, MAY)
    assert "file-" not in json.dumps(again.signed.to_json())


def test_a_seal_of_a_stranger_or_with_another_root_is_refused(signed, authority):
    impostor = CourseAuthority.create(seed="impostor")
    with pytest.raises(IdentityRejected):
        signed.signed.verify([impostor.certificate])
    value = signed.signed.to_json()
    for member, other in (
        ("root", Seal.of({}).root),
        ("size", 8),
        ("case", "other"),
        ("at", "2026-05-05T00:00:00Z"),
    ):
        with pytest.raises(IdentityRejected):
            SignedRoot.from_json({**value, member: other}).verify([authority.certificate])


def test_an_edited_seal_file_is_not_used(signed, tmp_path):
    path = tmp_path / "seal.json"
    signed.save(path)
    good = json.loads(path.read_text())

    def change(value):
        path.write_text(json.dumps(value))
        with pytest.raises(ArtefactUnreadable, match=r"seal\.json"):
            Seal.load(path)

    change({**good, "leaves": good["leaves"][:-1]})
    change({**good, "root": Seal.of({}).root})
    change({**good, "leaves": [{**good["leaves"][0], "size": 1.5}, *good["leaves"][1:]]})
    change({**good, "leaves": [good["leaves"][0]] * 7})
    change({**good, "signed": {**good["signed"], "root": Seal.of({}).root}})
    change({**good, "signed": {**good["signed"], "certificate": "AAAA"}})
    change({**good, "type": "something"})
    change([])
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ArtefactUnreadable):
        Seal.load(path)
    with pytest.raises(ArtefactUnreadable):
        Seal.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"type":"hanoikit.inclusion-proof/1"}', "[" * 100_000, b"\xff\xfe"],
)
def test_a_text_that_is_no_proof_is_rejected(text):
    for kind in (InclusionProof, ConsistencyProof):
        with pytest.raises(ProofRejected) as rejected:
            kind.from_json(text)
        assert code(rejected) == "malformed"


def test_a_proof_with_wrong_members_is_rejected():
    good = json.loads(Seal.of(FILES).inclusion_proof("file-1.txt").to_json())
    for member, other in (
        ("index", True),
        ("index", "1"),
        ("path", ["zz"]),
        ("path", [1]),
        ("path", ["AB" * 32]),
        ("path", ["ab " * 21 + "a"]),
        ("leaf", {}),
        ("path", None),
    ):
        with pytest.raises(ProofRejected):
            InclusionProof.from_json(json.dumps({**good, member: other}))
