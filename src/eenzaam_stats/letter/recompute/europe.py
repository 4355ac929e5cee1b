"""The Netherlands among the countries of the European survey, unweighted as the public file is."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figures, require_value
from eenzaam_stats.letter.recompute.prevalence import ALL_ASKED, ANSWERED
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes, words

WHOLE = "EU27"
HOME = "Netherlands"


def countries(threshold: str = ANSWERED) -> dict[str, Input]:
    """Share lonely most or all of the time per country, without the union as a whole."""
    shares = figures(
        "eu_loneliness_survey",
        "lonely most or all of the time",
        by="group",
        outcome="mostly_or_always_lonely",
        dimension="country",
        sex="total",
        threshold=threshold,
    )
    return {country: share for country, share in shares.items() if country != WHOLE}


def higher_than_home(shares: dict[str, Input]) -> int:
    """Number of other countries with a higher share."""
    home = require_value(shares[HOME])
    return sum(require_value(share) > home for name, share in shares.items() if name != HOME)


@recomputes("eu-27-countries")
def _countries(claim: Claim) -> Recomputation:
    shares = countries()
    return answer_claim(claim, len(shares), shares.values())


def _rank(claim: Claim) -> Recomputation:
    shares = countries()
    higher, others = higher_than_home(shares), len(shares) - 1
    return answer_claim(
        claim,
        higher,
        shares.values(),
        alternatives=[
            alternative("other_countries", float(others)),
            alternative(
                "higher_when_no_answer_is_no", float(higher_than_home(countries(ALL_ASKED)))
            ),
        ],
        shown=words("finding.higher_in", higher=higher, others=others),
    )


@recomputes("nl-below-many-eu")
def _below_many(claim: Claim) -> Recomputation:
    return _rank(claim)


@recomputes("nl-below-other-eu-restated")
def _below_others(claim: Claim) -> Recomputation:
    return _rank(claim)
