"""The desk service: it carries signed messages between the desks of an exercise, and keeps the record.

>>> from hanoikit.desk_service.client import DeskClient
>>> with DeskClient("http://192.0.2.7:8024", token) as client:
...     desk = client.desk()                                  # a network.Desk, as it was
...     client.post(desk.send(request, signer=client.identity, at=client.now()))

| module | what it is about |
|---|---|
| ``storage``  | the tables (SQLite by default, PostgreSQL by URL) and how a database is opened |
| ``writer``   | group commit: what waits is written together, and answered when it is on the disk |
| ``hub``, ``stream`` | who listens, and server-sent events that a slow reader cannot clog |
| ``access``   | tokens, roles, rates |
| ``problems`` | refusals as RFC 9457 problem details with findings |
| ``founding`` | a new exercise: authority, register, keys, tokens |
| ``service``  | the exercise while it runs: clock, desks, sends, notes, marks |
| ``story``    | injects and scripted desks on the exercise's clock |
| ``drafts``, ``showing`` | what a person writes and sees, as plain data; also for a panel in a notebook |
| ``wording``  | the texts of the pages, in the language of the service |
| ``routes``, ``desk_routes``, ``room_routes``, ``openapi`` | HTTP |
| ``record``, ``checking``, ``report`` | the record as a signed bundle, its verification, and a report to read |
| ``client``, ``frontend`` | a desk in another program; the page of a desk as one module for a panel |
| ``trial``    | load and ``kill -9``, and what must hold afterwards |
| ``headers`` | what every answer carries |
| ``running``, ``addresses`` | uvicorn, join links, QR codes; where other machines find this one |

**Acknowledged means on the disk.** A 2xx answer to a send is given after the commit (SQLite: WAL with
``synchronous=FULL``). Message, both desks' events and the line of the hash-chained log are one transaction.

**Two ways to sign.** A program makes its own key and has it certified (``DeskClient.enrol``); the service never sees
the
private half. A person in a browser has a token only: the service holds a key for each desk and signs on its behalf
(custodial signing). Both are verified the same way, by the service and by whoever checks the exported record. The
custodial keys lie in the database; whoever can read that file can sign for the desks of that exercise. They are issued
by an authority made for it and are worth nothing elsewhere.

Needs the extra ``desk`` (starlette, uvicorn, sqlalchemy, httpx, segno).
"""
