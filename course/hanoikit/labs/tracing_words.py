"""Amounts, times and spans of the tracing bench in words.

>>> money(24_752_027, "satoshi")
'0.24752027 coins'
>>> money(2_400_000, "XTS-cent")
'24,000.00 XTS'
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hanoikit.i18n import _
from hanoikit.recovery import CENT, COIN


def money(amount: int, unit: str) -> str:
    """An amount with all its digits."""
    if unit == CENT:
        return _("{amount} XTS").format(amount=f"{amount // 100:,}.{amount % 100:02d}")
    return _("{amount} coins").format(amount=f"{amount // COIN:,}.{amount % COIN:08d}")


def short_money(amount: int, unit: str) -> str:
    """An amount for a figure, rounded."""
    if unit == CENT:
        return _("{amount} XTS").format(amount=f"{amount / 100:,.0f}")
    return _("{amount} coins").format(amount=f"{amount / COIN:,.2f}")


def moneys(amounts: Mapping[str, int], *, short: bool = False) -> str:
    """Amounts in several units, money first."""
    say = short_money if short else money
    return ", ".join(say(amounts[unit], unit) for unit in sorted(amounts, reverse=False) if amounts[unit])


def moment(seconds: int) -> str:
    """A moment in UTC for a table."""
    return f"{datetime.fromtimestamp(seconds, UTC):%d %b %H:%M}"


def axis(seconds: int) -> str:
    """A moment in UTC for the axis of a figure."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """A length of time as hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    return _("{hours} h {minutes:02d} min").format(hours=minutes // 60, minutes=minutes % 60)
