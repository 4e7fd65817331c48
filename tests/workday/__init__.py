"""A workshop of thirty trainees, played through from the first list of names to the last mark, on this machine.

>>> python -m tests.workday --to /tmp/workday          # or: make workday

Everything goes the way of people: the commands of ``hanoikit class`` in processes of their own, three trainees who
answer through the real controls in Chromium, the others by script on real answer sheets, sealed bundles, ten odd or
damaged hand-ins, two written answers marked by hand in formgrader, and at the end every receipt and history checked
with what a trainee has. It takes minutes, so it is not part of ``make test``; the parts are tested there one by one.
"""
