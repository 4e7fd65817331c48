"""``python -m hanoikit.cli`` does the same as the command ``hanoikit``."""

from hanoikit.cli import main

main()
