"""Who is in the money of Operation Lantern: invented people and bodies, and what the file says about each.

>>> PEOPLE["baker"].price
<Price.FAIR: 'fair'>

States are user-assigned codes (ISO 3166-1), money is XTS (ISO 4217's code for tests) and coins of a test network.
"""

from __future__ import annotations

from hanoikit.recovery.holders import Holder, Kind, Knowledge, Price

COIN_RATE = 4_125_000
"""XTS cents for one coin on the days of the story."""


def _people() -> tuple[Holder, ...]:
    clean, fair = Knowledge.NOTHING, Price.FAIR
    return (
        Holder("st-orla", "St Orla Hospital", Kind.VICTIM, "XA",
               facts="Paid a false invoice of 62,400 XTS on 11 May."),
        Holder("havn-gas", "Havn Medical Gas", Kind.VICTIM, "XA",
               facts="Paid a false invoice of 18,750 XTS on 11 May."),
        Holder("dalnes", "Signy Dalnes", Kind.VICTIM, "XA", facts="Her wallet was emptied on 12 May."),
        Holder("korpela", "Eskil Korpela", Kind.VICTIM, "XA", facts="His wallet was emptied on 12 May."),
        Holder("rautmaa", "Maarve Rautmaa", Kind.VICTIM, "XA", facts="Her wallet was emptied on 12 May."),
        Holder("crew", "The crew (wallets heron, petrel, kite)", Kind.OFFENDER,
               facts="Signed with keys found on the stick."),
        Holder("oyuna", "Oyuna", Kind.HELPER, "XD", Knowledge.KNEW, Price.NONE,
               "Lent her account, kept two per cent, and wrote to the crew: 'more where that came from?'"),
        Holder("baraka", "Baraka Dulmi", Kind.HELPER, "XB", Knowledge.KNEW, Price.NONE,
               "Opened accounts at an exchange and at a bank for the crew."),
        Holder("farhod", "Farhod", Kind.HELPER, "XC", Knowledge.SIGNS, Price.OPEN,
               "Received coins for 'office work' that nobody can describe."),
        Holder("baker", "Baker at the Lower Quay", Kind.MERCHANT, "XA", clean, fair,
               "Sold bread and coffee at the usual price."),
        Holder("camera", "Fjellcam shop", Kind.MERCHANT, "XA", clean, fair,
               "Sold two cameras at the price in its window."),
        Holder("host", "Lune Hosting", Kind.MERCHANT, "XC", Knowledge.SIGNS, Price.FAIR,
               "Rented servers; three complaints about false pages lay in its mailbox."),
        Holder("travel", "Marisol Travel", Kind.MERCHANT, "XD", clean, fair,
               "Sold four flights at the usual price."),
        Holder("boatyard", "Kest Boatyard", Kind.MERCHANT, "XB", clean, fair,
               "Sold a fishing boat at the price in its list."),
        Holder("sister", "Sunvi Dulmi", Kind.RELATIVE, "XB", Knowledge.NOTHING, Price.NONE,
               "Received money as a wedding present and knew nothing."),
        Holder("puente", "Puente Exchange", Kind.SERVICE, "XD", facts="Keeps its customers' money and coins."),
        Holder("lune-exchange", "Lune Exchange", Kind.SERVICE, "XC", facts="Keeps its customers' coins in one pool."),
        Holder("deltara-bank", "Deltara Savings Bank", Kind.SERVICE, "XD", facts="Keeps Oyuna's account."),
        Holder("kest-bank", "Kest Commercial Bank", Kind.SERVICE, "XB", facts="Keeps Baraka Dulmi's account."),
    )  # fmt: skip


PEOPLE = {holder.id: holder for holder in _people()}
MERCHANTS = ("baker", "camera", "host", "travel")
_FIRST = ("Aunel", "Brisk", "Dorvi", "Hallva", "Linnar", "Arpan", "Deviya", "Maniva", "Prayan", "Anong", "Chaval",
          "Narin", "Pimala", "Adelio", "Belisa", "Juvena", "Toribia", "Marcial")  # fmt: skip
_LAST = ("Askerlund", "Brekvik", "Forsvall", "Havnes", "Jhapali", "Marsyan", "Yolmi", "Lunaret", "Maprasit",
         "Sorachan", "Arrecifal", "Candelar", "Olmosca")  # fmt: skip


def customers(count: int) -> tuple[Holder, ...]:
    """Lawful customers of the pooled service: they bought their coins and know nothing of the case."""
    return tuple(
        Holder(
            f"customer-{n:03d}",
            f"{_FIRST[n % len(_FIRST)]} {_LAST[(n * 5 + n // len(_FIRST)) % len(_LAST)]}",
            Kind.CUSTOMER,
            ("XC", "XA", "XB", "XD")[n % 4],
            Knowledge.NOTHING,
            Price.FAIR,
            "Has an account at Lune Exchange and was paid from its pool.",
        )
        for n in range(count)
    )


def mixers(count: int) -> tuple[Holder, ...]:
    """People who mixed their own lawful coins with others, for privacy. It is no offence to value privacy."""
    return tuple(
        Holder(
            f"mixer-{n:02d}",
            f"{_FIRST[-1 - n % len(_FIRST)]} {_LAST[-1 - n % len(_LAST)]}",
            Kind.CUSTOMER,
            ("XA", "XB", "XC", "XD")[n % 4],
            Knowledge.NOTHING,
            Price.FAIR,
            "Put lawful coins into the same mixture and took the same value out.",
        )
        for n in range(count)
    )
