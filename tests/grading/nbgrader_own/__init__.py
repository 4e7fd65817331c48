"""nbgrader's own tests, unchanged, from the installed package, against the kit's engine.

    python -m tests.grading.nbgrader_own            run all of them both ways (minutes), say what changed
    python -m tests.grading.nbgrader_own --write    write docs/nbgrader-tests.md from expected.json

``by_command`` puts ``hanoikit class autograde`` in the place of ``nbgrader autograde``; ``by_steps`` leaves
nbgrader's command and gives it the engine's steps. ``expected.json`` lists every test that does not pass, with the
line at which it ends and the reason; all others must pass.
"""
