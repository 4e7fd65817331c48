"""The trainee's side of a workshop's room: joining it, what the instructor then sees, and what comes back.

>>> from hanoikit.workshop import attending
>>> line = "192.0.2.7:8025 K7QF-2M9Z-PT3A-8WQF"
>>> room = attending.join(line, name="Amal", private=Path("hanoi-kit/.hanoikit"))
>>> room.want_help("m04-q3")
>>> room.leave()

| module | what it is about |
|---|---|
| ``protocol``   | the join line, names, limits, what is told and what comes back, as plain data |
| ``presence``   | which question somebody is at, and what of that is told: never an answer, never a mark |
| ``pinning``    | by what the room's machine is known before anything is said to it |
| ``client``     | the encrypted requests, with the standard library alone; each gives up after a few seconds |
| ``membership`` | what lies in the trainee's folder while they are in a room, and what was released to them |
| ``attending``  | the thread that tells and listens while somebody is in a room |

Nobody is in a room who did not join by an act of their own. Answers are saved before the room hears that there is one,
and a room that is slow, off or broken changes nothing about them.
"""
