"""What the Convention says: provisions, citations, offences, powers, refusal grounds.

>>> from hanoikit.convention import article, cite, provision, search
>>> provision("42(8)").article
42
>>> article(41).counterparts["budapest"]
('35',)
>>> print(cite("41(3)(e)"))
art. 41(3)(e)
>>> search("preservation")[0].ref
'25'

The data lie in ``assets/convention/``. Every summary is in the kit's own words and carries a mark that says
how far it can be trusted; none of it is the authentic text.
"""

from hanoikit.convention.citation import REFERENCE_PAGE, Citation, cite, expand_roles
from hanoikit.convention.library import (
    article,
    articles,
    chapters,
    contested_points,
    offences,
    open_points,
    powers,
    provision,
    provisions,
    refusal_grounds,
    reservations,
    sources,
    terms,
    treaties,
)
from hanoikit.convention.matrix import Coverage, coverage
from hanoikit.convention.model import (
    Article,
    Chapter,
    Clause,
    ContestedPoint,
    Hit,
    Offence,
    OpenPoint,
    Power,
    Provision,
    RefusalGround,
    Source,
    Term,
    Treaty,
)
from hanoikit.convention.page import reference_page
from hanoikit.convention.searching import search
from hanoikit.convention.validation import validate_data

__all__ = [
    "REFERENCE_PAGE",
    "Article",
    "Chapter",
    "Citation",
    "Clause",
    "ContestedPoint",
    "Coverage",
    "Hit",
    "Offence",
    "OpenPoint",
    "Power",
    "Provision",
    "RefusalGround",
    "Source",
    "Term",
    "Treaty",
    "article",
    "articles",
    "chapters",
    "cite",
    "contested_points",
    "coverage",
    "expand_roles",
    "offences",
    "open_points",
    "powers",
    "provision",
    "provisions",
    "reference_page",
    "refusal_grounds",
    "reservations",
    "search",
    "sources",
    "terms",
    "treaties",
    "validate_data",
]
