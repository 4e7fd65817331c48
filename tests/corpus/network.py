"""Code that calls somebody: on this machine, and outside."""

from __future__ import annotations

from tests.corpus.case import Family, full
from tests.corpus.workbench import Work

FAMILY = Family("network")
case = FAMILY.case


@case(
    "c01",
    "Connects to a service on the loopback address and to an abstract socket, and sends what it knows.",
    just=full("c01"),
    why="The answers are right, and the call reaches nobody.",
    forbidden=("reached-the-network",),
)
def loopback(work: Work) -> None:
    work.insert(
        "import socket\n"
        "def call(family, address):\n"
        "    try:\n"
        "        with socket.socket(family, socket.SOCK_STREAM) as wire:\n"
        "            wire.settimeout(2)\n"
        "            wire.connect(address)\n"
        "            wire.sendall(b'hello')\n"
        "            print('reached-' + 'the-network', address)\n"
        "    except OSError as error:\n"
        "        print(error)\n"
        f"call(socket.AF_INET, ('127.0.0.1', {work.scene.port}))\n"
        f"call(socket.AF_INET6, ('::1', {work.scene.port}))\n"
        f"call(socket.AF_UNIX, '\\0{work.scene.token}')\n"
        f"call(socket.AF_UNIX, {str(work.scene.outside / 'socket')!r})"
    )


@case(
    "c01",
    "Asks for a name and sends a datagram to an address outside.",
    just=full("c01"),
    why="The answers are right, and the call reaches nobody.",
    forbidden=("reached-the-network",),
)
def outside_world(work: Work) -> None:
    work.insert(
        "import socket\n"
        "socket.setdefaulttimeout(2)\n"
        "for kind, address in ((socket.SOCK_DGRAM, ('192.0.2.1', 9)), (socket.SOCK_STREAM, ('198.51.100.1', 443))):\n"
        "    try:\n"
        "        wire = socket.socket(socket.AF_INET, kind)\n"
        "        wire.connect(address)\n"
        "        wire.send(b'hello')\n"
        "        print('reached-' + 'the-network', address)\n"
        "    except OSError as error:\n"
        "        print(error)"
    )
