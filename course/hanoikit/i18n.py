"""Translations: every text that a trainee sees passes through here (GNU gettext).

>>> from hanoikit.i18n import _
>>> _("Answer saved")
'Answer saved'

Catalogues lie in ``hanoikit/locale/<code>/LC_MESSAGES/hanoikit.mo``; the English source catalogue
``hanoikit/locale/hanoikit.pot`` is extracted by ``make messages``. The language is taken from ``HANOIKIT_LANG``, then
from the system. Translate at the moment of showing, never at import time, so that the language can change.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

_LOCALE = Path(__file__).parent / "locale"
_active: gettext.NullTranslations | None = None


def set_language(code: str | None = None) -> None:
    """Use the language ``code`` (``"en"``, ``"fr"``, ``"pt_BR"``); ``None`` takes it from the environment."""
    global _active
    code = code or os.environ.get("HANOIKIT_LANG")
    _active = gettext.translation(
        "hanoikit", localedir=str(_LOCALE), languages=[code] if code else None, fallback=True
    )


def _translations() -> gettext.NullTranslations:
    if _active is None:
        set_language()
    assert _active is not None
    return _active


def _(message: str) -> str:
    """The message in the trainee's language; the English text where there is no translation."""
    return _translations().gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message that fits the number ``n``."""
    return _translations().ngettext(singular, plural, n)


def direction() -> str:
    """``"rtl"`` for languages written from right to left, else ``"ltr"``; for the ``dir`` attribute of controls."""
    info = _translations().info()
    return "rtl" if info.get("language", "").split("_")[0] in {"ar", "fa", "he", "ur", "ps"} else "ltr"


def language() -> str:
    """The language of the texts as a BCP 47 tag (``"en"``, ``"pt-BR"``), for ``lang`` attributes."""
    return _translations().info().get("language", "").replace("_", "-") or "en"
