"""The addresses at which other machines of the room find this one.

>>> for address in addresses("0.0.0.0", 8024):
...     print(address)
http://192.0.2.7:8024
http://127.0.0.1:8024
"""

from __future__ import annotations

import ipaddress
import socket


def addresses(host: str, port: int) -> list[str]:
    """The addresses at which the service is found, the one for other machines first."""
    if host in ("0.0.0.0", "::", ""):
        found = [*lan_addresses(), "127.0.0.1"]
    else:
        found = [host]
    return [
        f"http://[{one}]:{port}" if ":" in one else f"http://{one}:{port}" for one in dict.fromkeys(found)
    ]


def lan_addresses() -> list[str]:
    """This machine's addresses in its networks, the one with the way out first; none when it has no network."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the kernel only says which of our addresses it would use.
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    import psutil

    for cards in psutil.net_if_addrs().values():
        found += [card.address for card in cards if card.family == socket.AF_INET]
    usable = [one for one in dict.fromkeys(found) if _is_lan(one)]
    return usable[:4]


def _is_lan(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return not (found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified)
