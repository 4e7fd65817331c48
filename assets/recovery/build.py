"""Makes the shipped case of module 8 again from its seed (about half a minute: every transaction is signed).

python assets/recovery/build.py            write the files of lantern/
python assets/recovery/build.py --check    write nothing; exit 1 when a file is not what the seed gives
"""

from __future__ import annotations

import sys

from hanoikit.recovery.casefile import contents, folder, write_case
from hanoikit.recovery.story import FULL, money_of_lantern

SEED = 2026


def main(arguments: list[str]) -> int:
    case = money_of_lantern(seed=SEED, scale=FULL)
    target = folder()
    fresh = contents(case)
    same = all(
        (target / name).is_file() and (target / name).read_bytes() == data for name, data in fresh.items()
    )
    print(f"{case.name}: {len(case.entries)} transactions, {'unchanged' if same else 'different'}")
    if "--check" in arguments:
        return int(not same)
    write_case(case, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
