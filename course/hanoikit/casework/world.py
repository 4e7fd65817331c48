"""The invented world of the running case: States, bodies, names, addresses. The same in every module.

>>> STATES["XB"].zone
'Asia/Kathmandu'
>>> STATES["XA"].capital
'Fjordholm'

Codes are user-assigned codes of ISO 3166-1 (XA to XZ belong to no State). The zones are real, because the
time arithmetic is real; the States, people and bodies are not. Hosts end in ``.example`` (RFC 2606, RFC
6761), addresses are from the documentation ranges (RFC 5737), money is in XTS, the code that ISO 4217 keeps
for tests.
"""

from __future__ import annotations

from dataclasses import dataclass

OPERATION = "Operation Lantern"
CURRENCY = "XTS"
HOSPITAL = "St Orla Hospital"
HOSPITAL_DOMAIN = "st-orla.example"
HOSPITAL_NETWORK = "192.0.2"
HOSTING_NETWORK = "203.0.113"
CREW_NETWORK = "198.51.100"


@dataclass(frozen=True, slots=True)
class State:
    """An invented State. ``zone`` is the IANA time zone that its clocks follow."""

    code: str
    name: str
    capital: str
    zone: str
    police: str
    point_of_contact: str
    given: tuple[str, ...]
    family: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.capital}, {self.code}"


STATES: dict[str, State] = {
    state.code: state
    for state in (
        State(
            code="XA",
            name="Aldermark",
            capital="Fjordholm",
            zone="Europe/Helsinki",
            police="Aldermark Police",
            point_of_contact="Aldermark 24/7 desk",
            given=(
                "Aunel",
                "Brisk",
                "Dorvi",
                "Eskil",
                "Hallva",
                "Jorike",
                "Linnar",
                "Maarve",
                "Signy",
                "Tuvala",
            ),
            family=("Askerlund", "Brekvik", "Dalnes", "Forsvall", "Havnes", "Korpela", "Ostervik", "Rautmaa"),
        ),
        State(
            code="XB",
            name="Brevania",
            capital="Kest",
            zone="Asia/Kathmandu",
            police="Brevania Police",
            point_of_contact="Brevania 24/7 desk",
            given=("Arpan", "Bishmal", "Deviya", "Kirtal", "Maniva", "Prayan", "Sunvi", "Tejal"),
            family=("Dulmi", "Gharkot", "Jhapali", "Khadwal", "Marsyan", "Rupandel", "Tamrakot", "Yolmi"),
        ),
        State(
            code="XC",
            name="Corvessa",
            capital="Porto Lune",
            zone="Asia/Bangkok",
            police="Corvessa Police",
            point_of_contact="Corvessa 24/7 desk",
            given=("Anong", "Chaval", "Dalisa", "Kanyet", "Narin", "Pimala", "Suradej", "Thavin"),
            family=("Boonlert", "Chaiyakorn", "Lunaret", "Maprasit", "Phanawong", "Ruangdet", "Sorachan"),
        ),
        State(
            code="XD",
            name="Deltara",
            capital="San Ruel",
            zone="America/Bogota",
            police="Deltara Police",
            point_of_contact="Deltara 24/7 desk",
            given=("Adelio", "Belisa", "Ciprana", "Elvino", "Juvena", "Marcial", "Ofelina", "Toribia"),
            family=("Arrecifal", "Bermellon", "Candelar", "Marejada", "Olmosca", "Quebradal", "Solariega"),
        ),
    )
}

# Names of the crew's helpers who receive money: first names only, in several scripts written in Latin
# letters.
MULES = (
    "Abrehet", "Baraka", "Chidera", "Dzhamal", "Eirwen", "Farhod", "Gulzada", "Hinata", "Iskra", "Jamuna",
    "Keala", "Liupa", "Mireio", "Nomvula", "Oyuna", "Parisa", "Qoylar", "Rangi", "Sefika", "Tzipra",
    "Ulrike", "Vahagn", "Wambui", "Xochil", "Yaroma", "Zeynur",
)  # fmt: skip
CREW_HANDLES = ("heron", "kite", "petrel", "sandpiper", "curlew", "osprey", "lapwing", "dunlin")
CREW_CARDS = ("amber", "brass", "copper", "flint", "opal", "slate", "tin", "zinc")
SUPPLIERS = ("Nordlys Linen", "Havn Medical Gas", "Brekvik Catering", "Ostervik Lifts", "Polar Sterile")
LURE_HOSTS = ("invoice-portal", "faktura-desk", "supplier-pay", "bill-review", "account-check")
LURE_DOMAINS = ("northpay.example", "clearbill.example", "fastsettle.example", "ledgerpost.example")
FORWARDER_DOMAINS = ("lists.caremail.example", "relay.medibuy.example", "group.purchasing.example")
HOSTING = ("Lune Hosting", "Marisol Servers", "Porto Cloud")
STREETS = ("Saltboder Lane", "Ropewalk", "Ferry Steps", "Lower Quay", "Tanner Row", "Lantern Yard")
STICK_LABELS = ("BLUEKEY", "HARBOUR", "TOOLS", "BACKUP2", "GREYBOX", "TRAVEL")
CAMERAS = (("Fjellcam", "FC-20"), ("Luneta", "L7"), ("Optika Nord", "ON-3"))

# Open ocean, hundreds of kilometres from any coast: a position that can accuse nobody. Degrees, WGS 84.
OCEAN = (
    ("South Pacific", -46.0, -123.0),
    ("South Indian Ocean", -38.0, 92.0),
    ("North Pacific", 38.0, -152.0),
    ("South Atlantic", -33.0, -18.0),
)


def zone_of(code: str) -> str:
    """The IANA zone of the State with this code."""
    return STATES[code].zone
