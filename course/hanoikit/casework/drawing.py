"""Draw a case from a seed: names, times, files, money, and the attack on the custody log.

>>> plan = evidence_case(seed=7)
>>> plan == evidence_case(seed=7)
True
>>> plan.moments.login.isoformat()[:10]
'2026-03-29'

Everything is drawn with ``random.Random`` seeded by the seed and only with ``randrange``, ``choice`` and
``sample``, whose results are the same on every platform and on Python 3.11 to 3.13.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hanoikit.casework import world
from hanoikit.casework.plan import (
    ATTACKS,
    CLOCK_CHANGE,
    DEFAULT_SEED,
    CustodyPlan,
    Exhibit,
    Hop,
    Lure,
    Moments,
    Movement,
    Network,
    Payment,
    Person,
    Photo,
    Plan,
    Stick,
    StickFile,
)

__all__ = ["evidence_case"]


def evidence_case(seed: int = DEFAULT_SEED) -> Plan:
    """The case of module 4 for ``seed``: pure, the same on every platform."""

    def stream(part: str) -> random.Random:
        # A stream of its own for each part: a change to one part leaves the others as they were.
        return random.Random(f"hanoikit m04 {seed} {part}")

    rng = stream("frame")
    people = _people(stream("people"))
    case_number = f"XA-2026-{rng.randrange(200, 9800):04d}"
    hosting = rng.choice(world.HOSTING)
    moments = _moments(stream("moments"))
    exhibits = _exhibits(case_number, hosting)
    crew = tuple(rng.sample(world.CREW_HANDLES, 3))
    flat = f"{rng.choice(world.STREETS)} {rng.randrange(2, 60)}"
    skew = rng.choice((-1, 1)) * (rng.randrange(2, 19) * 60 + rng.randrange(7, 54))
    stick = _stick(stream("stick"), moments)
    network = _network(stream("network"), moments, people)
    lure = _lure(stream("lure"), moments, people, network)
    photo = _photo(stream("photo"))
    custody = _custody(stream("custody"), stream("attack"), moments, case_number, flat, hosting)
    return Plan(
        seed=seed, operation=world.OPERATION, case_number=case_number, flat=flat, hosting_company=hosting,
        crew=crew, people=people, exhibits=exhibits, moments=moments, skew_seconds=skew, stick=stick,
        lure=lure, network=network, photo=photo, custody=custody,
    )  # fmt: skip


def _people(rng: random.Random) -> tuple[Person, ...]:
    parts = (
        ("first_responder", "DEFR", "XA", "Aldermark Police, Fjordholm station"),
        ("specialist", "DES", "XA", "Aldermark Police, digital evidence laboratory"),
        ("custodian", "custodian", "XA", "Aldermark Police, exhibit store"),
        ("examiner", "examiner", "XA", "Aldermark Police, digital evidence laboratory"),
        ("prosecutor", "prosecutor", "XA", "Public prosecutor, Fjordholm"),
        ("desk_officer", "point of contact", "XC", "Corvessa 24/7 desk"),
        ("hospital_it", "system administrator", "XA", world.HOSPITAL),
        ("recipient", "clerk", "XA", f"{world.HOSPITAL}, accounts"),
    )
    names: dict[str, list[str]] = {}
    for code in ("XA", "XC"):
        state = world.STATES[code]
        given = rng.sample(state.given, 7)
        family = rng.sample(state.family, 7)
        names[code] = [f"{first} {last}" for first, last in zip(given, family, strict=True)]
    return tuple(Person(key, names[state].pop(), role, place, state) for key, role, state, place in parts)


def _moments(rng: random.Random) -> Moments:
    def at(day: int, hour: int, minute: int, month: int = 3) -> datetime:
        return datetime(2026, month, day, hour, minute, rng.randrange(60), tzinfo=UTC)

    sent = at(28, rng.randrange(12, 14), rng.randrange(60))
    delivered = sent + timedelta(seconds=rng.randrange(31, 95))
    click = at(28, rng.randrange(19, 21), rng.randrange(60))
    login = CLOCK_CHANGE + timedelta(minutes=rng.randrange(35, 110), seconds=rng.randrange(60))
    seized = at(1, rng.randrange(4, 6), rng.randrange(60), month=4)
    return Moments(
        lure_sent=sent,
        lure_delivered=delivered,
        click=click,
        credentials_posted=click + timedelta(seconds=rng.randrange(37, 160)),
        login=login,
        export=login + timedelta(minutes=rng.randrange(6, 25), seconds=rng.randrange(60)),
        reported=at(30, rng.randrange(5, 8), rng.randrange(60)),
        clock_check=at(31, rng.randrange(7, 13), rng.randrange(60)),
        seized=seized,
        acquired=seized + timedelta(minutes=rng.randrange(200, 226), seconds=rng.randrange(60)),
        photo_taken=at(rng.randrange(9, 21), rng.randrange(2, 22), rng.randrange(60)),
    )


def _exhibits(case_number: str, hosting: str) -> tuple[Exhibit, ...]:
    rows = (
        ("usb.E01", "USB stick, 8 MiB, and its image", "seized in the flat in Fjordholm"),
        ("photo.jpg", "picture copied from the USB stick", "taken from exhibit 01"),
        ("lure.eml", "mail received by the accounts office", world.HOSPITAL),
        ("gateway.pcap", "packets recorded at the hospital gateway", world.HOSPITAL),
        ("xa-gateway.log", "log of the hospital gateway", world.HOSPITAL),
        ("xa-auth.log", "sign-in log of the remote access server", world.HOSPITAL),
        ("xc-web.log", "web server log", f"{hosting}, through the Corvessa 24/7 desk"),
    )
    return tuple(
        Exhibit(f"{case_number}/{number:02d}", file, text, source)
        for number, (file, text, source) in enumerate(rows, start=1)
    )


def _stick(rng: random.Random, moments: Moments) -> Stick:
    def made(day: int) -> datetime:
        return datetime(
            2026, 3, day, rng.randrange(7, 17), rng.randrange(60), rng.randrange(30) * 2, tzinfo=UTC
        )

    def copied(name: str, day: int, clusters: int = 0) -> StickFile:
        at = made(day)
        return StickFile(name, at, at, clusters)

    scrap = copied("scrap.txt", 20, 1)
    overwritten = copied("targets.csv", 22, rng.randrange(8, 12))
    nameless = copied("wave1.txt", 19, rng.randrange(5, 8))
    taken = moments.photo_taken
    days = sorted(rng.sample(range(3, 29), rng.randrange(14, 20)) * 5)
    mules = rng.sample(world.MULES, rng.randrange(7, 11))
    home = {mule: rng.choice(("XD", "XD", "XD", "XA", "XB")) for mule in mules}
    account = {mule: f"{home[mule]}{rng.randrange(10**9, 10**10)}" for mule in mules}
    cards = rng.sample(world.CREW_CARDS, 3)
    payments = []
    for day in days:
        mule = rng.choice(mules)
        payments.append(
            Payment(
                f"2026-03-{day:02d}",
                mule,
                home[mule],
                account[mule],
                rng.randrange(18, 240) * 10,
                rng.choice(cards),
            )
        )
    return Stick(
        label=rng.choice(world.STICK_LABELS),
        volume_id=rng.randrange(0x10000000, 0xFFFFFFFF),
        # The two files that the crew still worked with after the night at the hospital; FAT counts in steps
        # of two seconds.
        notes=StickFile("notes.txt", made(23), moments.export.replace(second=18) + timedelta(hours=3)),
        photo=StickFile("photo.jpg", made(23), taken.replace(second=taken.second // 2 * 2)),
        deleted=StickFile("ledger.csv", made(23), made(29) + timedelta(minutes=30)),
        overwritten=overwritten,
        overwriter=copied("roster.txt", 24, rng.randrange(3, 6)),
        nameless=nameless,
        reuser=copied("tides.txt", 25, rng.randrange(2, 4)),
        scrap=scrap,
        payments=tuple(payments),
        targets=tuple(rng.sample(_mailboxes(), 400)),
    )


def _mailboxes() -> list[str]:
    offices = ("accounts", "billing", "stores", "office", "wages", "buyer", "front.desk", "ward")
    houses = (
        "clinic",
        "college",
        "port",
        "library",
        "museum",
        "utility",
        "dairy",
        "transit",
        "laundry",
        "archive",
    )
    return [
        f"{office}.{n}@{house}-{n}.example" for n in range(1, 13) for office in offices for house in houses
    ]


def _network(rng: random.Random, moments: Moments, people: tuple[Person, ...]) -> Network:
    clerk = next(person for person in people if person.key == "recipient").name.lower().split()
    host = f"{rng.choice(world.LURE_HOSTS)}.{rng.choice(world.LURE_DOMAINS)}"
    victims = tuple(
        sorted(
            (
                (
                    f"192.0.2.{rng.randrange(130, 250)}",
                    moments.lure_delivered
                    + timedelta(minutes=rng.randrange(20, 700), seconds=rng.randrange(60)),
                )
                for _ in range(rng.randrange(3, 6))
            ),
            key=lambda row: row[1],
        )
    )
    return Network(
        workstation=f"{world.HOSPITAL_NETWORK}.{rng.randrange(20, 90)}",
        workstation_port=rng.randrange(49200, 60900),
        resolver=f"{world.HOSPITAL_NETWORK}.3",
        remote_access=f"{world.HOSPITAL_NETWORK}.8",
        lure_host=host,
        lure_address=f"{world.HOSTING_NETWORK}.{rng.randrange(20, 240)}",
        crew_address=f"{world.CREW_NETWORK}.{rng.randrange(20, 240)}",
        crew_port=rng.randrange(33000, 60900),
        username=f"{clerk[0][0]}{clerk[1]}",
        password=f"{rng.choice(('Winter', 'Harbour', 'Ward', 'Orla'))}-{rng.randrange(1000, 9999)}!",
        export_bytes=rng.randrange(31_000_000, 94_000_000),
        other_victims=victims,
    )


def _lure(rng: random.Random, moments: Moments, people: tuple[Person, ...], network: Network) -> Lure:
    recipient = next(person for person in people if person.key == "recipient")
    domain = network.lure_host.split(".", 1)[1]
    forwarder = rng.choice(world.FORWARDER_DOMAINS)
    span = int((moments.lure_delivered - moments.lure_sent).total_seconds())
    steps = sorted(rng.sample(range(1, span), 3))
    supplier = rng.choice(world.SUPPLIERS)
    number = rng.randrange(1000, 9999)
    hops = (
        Hop(f"desk.{domain}", network.crew_address, "XB", moments.lure_sent + timedelta(seconds=steps[0])),
        Hop(f"out.{domain}", network.lure_address, "XC", moments.lure_sent + timedelta(seconds=steps[1])),
        Hop(f"mx.{forwarder}", f"{world.CREW_NETWORK}.{rng.randrange(241, 250)}", "XD",
            moments.lure_sent + timedelta(seconds=steps[2])),
        Hop(f"mx.{world.HOSPITAL_DOMAIN}", f"{world.HOSPITAL_NETWORK}.5", "XA", moments.lure_delivered),
    )  # fmt: skip
    return Lure(
        sender_name=f"{supplier} Accounts",
        sender_domain=domain,
        forwarder_domain=forwarder,
        recipient_name=recipient.name,
        recipient=f"{recipient.name.lower().replace(' ', '.')}@{world.HOSPITAL_DOMAIN}",
        subject=f"Invoice {number} is waiting for your approval",
        link=f"http://{network.lure_host}/review/{number}",
        selector="s2026",
        arc_selector="arc1",
        message_id=f"<{rng.randrange(16**12):012x}@{domain}>",
        amount=rng.randrange(120, 880) * 10,
        hops=hops,
    )


def _photo(rng: random.Random) -> Photo:
    make, model = rng.choice(world.CAMERAS)
    ocean, latitude, longitude = rng.choice(world.OCEAN)
    return Photo(
        make=make,
        model=model,
        ocean=ocean,
        latitude_seconds=int(latitude * 3600) + rng.randrange(-3000, 3000),
        longitude_seconds=int(longitude * 3600) + rng.randrange(-3000, 3000),
        offset_minutes=rng.choice((345, 420, -300)),
        has_offset=rng.choice((True, False)),
        drawing_seed=rng.randrange(2**32),
    )


def _custody(
    rng: random.Random, attack: random.Random, moments: Moments, case_number: str, flat: str, hosting: str
) -> CustodyPlan:
    stick, image, copy, web = (f"{case_number}/{tail}" for tail in ("01", "01-image", "01-copy", "07"))
    lab, store = "Digital evidence laboratory, Fjordholm", "Exhibit store, Fjordholm"
    office, desk = "Public prosecutor's office, Fjordholm", "Corvessa 24/7 desk, Porto Lune"
    bag, second = (f"A{rng.randrange(100000, 999999)}" for _ in range(2))
    shelf = rng.randrange(2, 30)
    clock = moments.seized
    movements: list[Movement] = []

    def add(low: int, high: int, action: str, item: str, actor: str, place: str, **more: Any) -> None:
        nonlocal clock
        clock += timedelta(minutes=rng.randrange(low, high), seconds=rng.randrange(60))
        if action == "acquired":
            clock = moments.acquired
        movements.append(Movement(action, item, actor, place, clock, **more))
        clock += timedelta(minutes=movements[-1].minutes)

    def hand(low: int, high: int, item: str, actor: str, to: str, place: str, note: str) -> None:
        add(low, high, "handed over", item, actor, place, to=to, minutes=rng.randrange(1, 6), note=note)

    add(
        0,
        1,
        "collected",
        stick,
        "first_responder",
        f"{flat}, Fjordholm",
        note=f"found in a desk drawer; bag {bag}",
    )
    hand(50, 90, stick, "first_responder", "custodian", store, f"bag {bag}, seal whole")
    add(3, 9, "stored", stick, "custodian", store, note=f"shelf {shelf}")
    hand(40, 55, stick, "custodian", "specialist", lab, f"bag {bag}, seal whole")
    add(3, 9, "unsealed", stick, "specialist", lab, note=f"bag {bag} opened; stick photographed")
    add(4, 9, "hashed", stick, "specialist", lab, hashed="media", note="read through a write blocker")
    add(
        0,
        1,
        "acquired",
        image,
        "specialist",
        lab,
        hashed="media",
        source=stick,
        note="usb.E01; the SHA-256 is that of the stick's data, not of the E01 file",
    )
    add(20, 40, "sealed", stick, "specialist", lab, note=f"bag {second}")
    hand(30, 60, stick, "specialist", "custodian", store, f"bag {second}, seal whole")
    add(3, 9, "stored", stick, "custodian", store, note=f"shelf {shelf}")
    hand(15, 40, image, "specialist", "examiner", lab, "on the laboratory's evidence disk")
    add(20, 40, "hashed", image, "examiner", lab, hashed="media", note="image read again; hash equal")
    add(
        1150,
        1200,
        "received",
        web,
        "desk_officer",
        desk,
        hashed="xc-web.log",
        note=f"from {hosting} under an order",
    )
    hand(
        20,
        50,
        web,
        "desk_officer",
        "examiner",
        "between the 24/7 desks of XC and XA",
        "sent encrypted; hash equal",
    )
    add(30, 90, "copied", copy, "examiner", lab, hashed="media", source=image, note="working copy")
    add(60, 200, "examined", copy, "examiner", lab, note="deleted files listed; the image was not touched")
    hand(1200, 1400, image, "examiner", "prosecutor", office, "with the hash on paper")
    add(20, 60, "stored", image, "prosecutor", office, note="safe of the prosecutor's office")
    return CustodyPlan(
        stick=stick,
        image=image,
        copy=copy,
        movements=tuple(movements),
        attack=attack.choice(ATTACKS),
        attack_seed=attack.randrange(2**32),
        witness_delay=timedelta(seconds=rng.randrange(90, 400)),
    )  # fmt: skip
