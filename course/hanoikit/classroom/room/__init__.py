"""The room of a workshop: who is at which question and who is stuck, what the instructor releases, what comes in.

>>> room = Room.of(Class.open(Path("autumn")), texts=Texts.installed())
>>> app = application(room)                # hanoikit class room runs it and opens the instructor's page

| module | what it is about |
|---|---|
| ``board``     | the people who joined, where each is, who is stuck; in memory only |
| ``releasing`` | hints and solutions in words, out of the assignments' text sources |
| ``given``     | what was released, numbered, kept in the class's folder; nothing about people is in it |
| ``incoming``  | sealed bundles into the class's ``incoming`` folder, with the registrar's receipt |
| ``service``   | all of it in one object: what each request does |
| ``app``       | HTTP: tokens, rates, limits, problems (RFC 9457), the stream of the instructor's page |
| ``wording``   | the texts of the page in the language of the class |
| ``running``   | codes and tokens, socket, server |

Everything about people is in memory and ends with the process. No log is written. The trainee's side is
:mod:`hanoikit.workshop`.
"""
