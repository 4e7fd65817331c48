"""A hash-sharing service as a model: hashes come in, never pictures, and platforms compare what is uploaded.

>>> from hanoikit.victims import drawing, perceptual_hash
>>> service = HashService()
>>> receipt = service.report(perceptual_hash(drawing(3)), age="adult")
>>> [match.distance for match in service.look(drawing(3))]
[0]

Three rules of the model come before any comparing: it takes reports about adults only, it keeps no picture and no name,
and a match is a reason for a person to look, not a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.victims.pdq import PerceptualHash, dihedral_hashes, distance, perceptual_hash
from hanoikit.victims.tables import setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Match:
    """A hash on the list that lies within the threshold. ``placement`` says how the picture had been laid."""

    case: str
    distance: int
    placement: str


class HashService:
    """A list of hashes, each under a case number. ``threshold`` is the greatest distance that counts, in bits."""

    def __init__(self, *, threshold: int | None = None, least_quality: int | None = None) -> None:
        self.threshold = setting("threshold") if threshold is None else threshold
        self.least_quality = setting("least_quality") if least_quality is None else least_quality
        self._list: dict[str, dict[str, str]] = {}
        self._given = 0

    def __len__(self) -> int:
        return len(self._list)

    def report(self, made: PerceptualHash | Mapping[str, PerceptualHash], *, age: str) -> str:
        """Put a hash, or the hashes of all placements, on the list; the case number is the receipt.

        ``age`` of the person shown: ``adult``, ``under-18`` or ``unknown``. Raises ``UsageError`` for everyone who is
        not known to be an adult (14, 16(4)), and for a picture with too little in it to be told from others.
        """
        if age != "adult":
            raise UsageError(
                _("This list is for adults only. Nothing was stored."),
                next_step=_(
                    "If the person shown is under 18, or nobody knows, the specialised child protection unit "
                    "takes over at once."
                ),
            )
        hashes = {"as-is": made} if isinstance(made, PerceptualHash) else dict(made)
        worst = min(one.quality for one in hashes.values())
        if worst < self.least_quality:
            raise UsageError(
                _(
                    "The quality is {quality}, below {least}: this hash would match other people's pictures."
                ).format(quality=worst, least=self.least_quality),
                next_step=_("Report the address of the page to the platform instead."),
            )
        self._given += 1
        case = f"H-{self._given:04d}"
        self._list[case] = {placement: one.bits for placement, one in hashes.items()}
        return case

    def withdraw(self, case: str) -> None:
        """Take a case off the list, whenever the person wishes; ``UsageError`` when it is not there."""
        if self._list.pop(case, None) is None:
            raise UsageError(_("There is no case {case} on the list.").format(case=case))

    def look(self, uploaded: Image | PerceptualHash) -> tuple[Match, ...]:
        """The cases that an uploaded picture comes close to, nearest first; none where its quality is too low."""
        found = uploaded if isinstance(uploaded, PerceptualHash) else perceptual_hash(uploaded)
        if found.quality < self.least_quality:
            return ()
        near = []
        for case, hashes in self._list.items():
            least, placement = min((distance(bits, found.bits), name) for name, bits in hashes.items())
            if least <= self.threshold:
                near.append(Match(case, least, placement))
        return tuple(sorted(near, key=lambda match: (match.distance, match.case)))


def hashes_for(picture: Image, *, placements: bool) -> dict[str, PerceptualHash]:
    """What a person's own device computes: one hash, or those of all eight placements."""
    return dict(dihedral_hashes(picture)) if placements else {"as-is": perceptual_hash(picture)}
