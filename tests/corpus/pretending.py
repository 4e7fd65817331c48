"""Objects that pretend to be the right answer: equal to everything, of another class than they say."""

from __future__ import annotations

from tests.corpus.case import NOTHING, Family
from tests.corpus.workbench import Work

FAMILY = Family("pretending")
case = FAMILY.case

NO_ANSWER = "An object that says it equals everything is not the number, text or list that was asked for."


@case(
    "c02",
    "Every function returns, and every variable is, one object that is equal to everything.",
    base="idle",
    just=NOTHING,
    why=NO_ANSWER,
)
def equal_to_everything_in_asserts(work: Work) -> None:
    work.insert(
        "class Same:\n"
        "    __eq__ = __le__ = __ge__ = lambda self, other: True\n"
        "    __ne__ = lambda self, other: False\n"
        "    __hash__ = lambda self: 1\n"
        "    __bool__ = lambda self: True\n"
        "    __call__ = lambda self, *arguments: self\n"
        "    __iter__ = lambda self: iter(())\n"
    )
    work.write("cubes", "def cubes(n):\n    return Same()")
    work.write("sum_of_cubes", "def sum_of_cubes(n):\n    return Same()")
    work.write("label", "def label(size):\n    return Same()")
    work.write("digits", "digits = Same()")


@case(
    "c01",
    "Both functions return an object that is equal to everything.",
    base="idle",
    just=NOTHING,
    why=NO_ANSWER,
)
def equal_to_everything(work: Work) -> None:
    work.insert("class Same:\n    __eq__ = lambda self, other: True\n    __hash__ = lambda self: 1")
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return Same()")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return Same()")


@case(
    "c02",
    "Returns objects of a class made from int, str and list, each equal to everything.",
    base="idle",
    just=NOTHING,
    why=NO_ANSWER,
)
def equal_subclasses_in_asserts(work: Work) -> None:
    body = "    __eq__ = lambda self, other: True\n    __ne__ = lambda self, other: False\n"
    work.insert(
        "\n".join(
            f"class {name.title()}({name}):\n{body}    __hash__ = None" for name in ("int", "str", "list")
        )
    )
    work.write("cubes", "def cubes(n):\n    return List()")
    work.write("sum_of_cubes", "def sum_of_cubes(n):\n    return Int(7)")
    work.write("label", "def label(size):\n    return Str('big')")
    work.write("digits", "digits = Int(1)")


@case(
    "c01",
    "Returns objects of a class made from list and int, each equal to everything and saying so of its class.",
    base="idle",
    just=NOTHING,
    why=NO_ANSWER,
)
def equal_subclasses(work: Work) -> None:
    work.insert(
        "class List(list):\n"
        "    __eq__ = lambda self, other: True\n"
        "    __hash__ = None\n"
        "    __class__ = property(lambda self: list)\n"
        "    __reduce__ = lambda self: (list, ([1],))\n\n"
        "class Int(int):\n"
        "    __eq__ = lambda self, other: True\n"
        "    __hash__ = lambda self: 0\n"
        "    __class__ = property(lambda self: int)\n"
        "    __index__ = __int__ = lambda self: self\n"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return List()")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return Int(3)")


@case(
    "c01",
    "Returns an object that lies about its class and is an instance of whatever is asked.",
    base="idle",
    just=NOTHING,
    why=NO_ANSWER,
)
def lying_class(work: Work) -> None:
    work.insert(
        "class Meta(type):\n"
        "    __instancecheck__ = __subclasscheck__ = lambda cls, other: True\n"
        "    __eq__ = lambda cls, other: True\n"
        "    __hash__ = lambda cls: hash(list)\n"
        "    __name__ = 'list'\n\n"
        "class Liar(metaclass=Meta):\n"
        "    __class__ = list\n"
        "    __eq__ = lambda self, other: True\n"
        "    __hash__ = None\n"
        "    __iter__ = lambda self: iter(())\n"
        "    __len__ = lambda self: 0\n"
        "    __repr__ = lambda self: '[]'\n"
        "    __json__ = lambda self: []\n"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return Liar()")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return Liar()")


@case(
    "c01",
    "Returns a dictionary and a text that pretend, in place of a list and a number.",
    base="idle",
    just=NOTHING,
    why=NO_ANSWER,
)
def equal_dict_and_str(work: Work) -> None:
    work.insert(
        "class Dict(dict):\n"
        "    __eq__ = lambda self, other: True\n"
        "    __hash__ = None\n"
        "    items = lambda self: [('tag', 'list')]\n\n"
        "class Str(str):\n"
        "    __eq__ = lambda self, other: True\n"
        "    __hash__ = str.__hash__\n"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return Dict(points=3)")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return Str('4')")


@case(
    "c01",
    "Returns a list that goes on for ever, and a list that holds itself.",
    base="idle",
    just=NOTHING,
    why="What has no end and no bottom is not plain data; nothing right was returned.",
)
def endless_and_bottomless(work: Work) -> None:
    work.insert(
        "class Endless(list):\n"
        "    def __iter__(self):\n"
        "        while True:\n"
        "            yield 1\n\n"
        "own = []\n"
        "own.append(own)"
    )
    work.write("c01-q5-solution", "def in_groups(text, size):\n    return Endless([1])")
    work.write("c01-q6-solution", "def longest_gap(minutes):\n    return own")


@case(
    "c02",
    "Functions end the program, or raise what a test might take for its own success.",
    base="idle",
    just=NOTHING,
    why="No test was passed. SystemExit is not a ValueError.",
)
def exceptions_that_pretend(work: Work) -> None:
    work.insert(
        "class Everything(type):\n"
        "    __instancecheck__ = __subclasscheck__ = lambda cls, other: True\n\n"
        "class Passed(Exception, metaclass=Everything):\n"
        "    _render_traceback_ = lambda self: []\n"
        "    __str__ = lambda self: ''"
    )
    work.write("cubes", "def cubes(n):\n    raise SystemExit(0)")
    work.write("sum_of_cubes", "def sum_of_cubes(n):\n    raise Passed")
    work.write("label", "def label(size):\n    raise GeneratorExit")
