"""``Design``: the names of the columns that a sample was drawn and weighted by, and its rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from eenzaam_stats.errors import DesignError, list_all
from eenzaam_stats.vocabulary import (
    CalibrationMethod,
    ReplicateCentre,
    ReplicateMethod,
    SinglePsu,
    SinglePsuDomain,
    require_option,
)

# names of R for the same rules
RULES_OF_R = MappingProxyType({"remove": "certainty", "adjust": "centred"})
_STAGES = 2


@dataclass(frozen=True, slots=True)
class ReplicateWeights:
    """Columns with replicate weights, as the owner of a file delivers them.

    Attributes
    ----------
    columns : tuple of str
        One column per replicate, each with complete weights (not factors). Named in full: ``w1``
        is not ``w10``.
    method : {"BRR", "Fay", "JK1", "JKn", "bootstrap"}
        How they were made; it sets the scale unless that is given.
    rho : float
        Fay's factor, 0 up to 1; only for ``"Fay"``.
    scale : float or None
        Factor before the sum of squares; ``None`` for the usual one of the method.
    rscales : tuple of float
        One factor per replicate; needed for ``"JKn"``; empty means 1.
    centre : {"replicates", "estimate"}
        Deviations from the mean of the replicates, as R, or from the estimate.
    df : int or None
        Degrees of freedom of the whole design; ``None`` for the rank of the weights minus 1. A
        group has the rank of the weights of its answered rows minus 1, and not more than this.
    """

    columns: tuple[str, ...]
    method: ReplicateMethod
    rho: float = 0.0
    scale: float | None = None
    rscales: tuple[float, ...] = ()
    centre: ReplicateCentre = "replicates"
    df: int | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the weight of a design was calibrated, so that its variance can take it into account.

    Attributes
    ----------
    method : {"post_stratify", "rake", "linear", "logit"}
        How the weights were moved.
    base_weight : str
        Column with the weight before calibration.
    margins : tuple of tuple of str
        Columns of each margin; two columns in one margin are crossed.
    numeric : tuple of str
        Numeric auxiliaries, for ``"linear"`` and ``"logit"``.
    """

    method: CalibrationMethod
    base_weight: str
    margins: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """Names of the design columns of a survey.

    Attributes
    ----------
    weight : str or None
        Column with the weight that is right for loneliness; ``None`` when the source delivers none.
    stratum : str or None
        Column of the strata.
    cluster, fpc : str, pair of str, or None
        Columns with the sampling unit and with the number of units in the population. Without a
        cluster each row is its own sampling unit; a cluster number in two strata is two clusters.
        Pairs are two stages: ``("district", "school")`` with ``("n_districts", "n_schools")``, the
        clusters of the stratum and the second-stage units of the cluster in the population. Two
        clusters without ``fpc`` are one stage, whose variance holds that of the second.
    single_psu : {"certainty", "centred", "average", "collapsed", "fail"}
        What a stratum with one sampling unit does: contribute no variance, contribute its squared
        distance from the mean over all units, contribute the mean of the other strata, be merged
        with the next stratum of its kind, or stop the run. R calls the first ``remove`` too and the
        second ``adjust``; these names are taken as well.
    single_psu_domain : {"full_design", "as_single_psu"}
        Whether a stratum of which a group has one sampling unit is lonely for that group too, with
        ``"centred"`` and ``"average"``. R calls this ``survey.adjust.domain.lonely``.
    replicates : ReplicateWeights or None
        Replicate weights of the file; the variance then comes from them.
    calibration : Calibration or None
        How the weight was calibrated, where that is known; otherwise it is taken as fixed.
    """

    weight: str | None = None
    stratum: str | None = None
    cluster: str | tuple[str, ...] | None = None
    fpc: str | tuple[str, ...] | None = None
    single_psu: SinglePsu = "fail"
    single_psu_domain: SinglePsuDomain = "full_design"
    replicates: ReplicateWeights | None = None
    calibration: Calibration | None = None

    def __post_init__(self) -> None:
        rule = read_rule(self.single_psu)
        require_option(self.single_psu_domain, SinglePsuDomain, name="single_psu_domain")
        # as tuples, so that designs are equal and hashable however they were written or stored
        object.__setattr__(self, "single_psu", rule)
        object.__setattr__(self, "cluster", _stages(self.cluster, "cluster"))
        object.__setattr__(self, "fpc", _stages(self.fpc, "fpc"))
        clusters, sizes = self.clusters, self.sizes
        if sizes and len(sizes) != max(len(clusters), 1):
            raise DesignError(
                "a design needs one population size per stage of sampling, and names clusters "
                f"[{list_all(clusters)}] with fpc [{list_all(sizes)}]. Name two columns in "
                "each, for "
                "instance cluster=('district', 'school') and fpc=('n_districts', 'n_schools'), or "
                "one."
            )

    @property
    def clusters(self) -> tuple[str, ...]:
        """Columns of the sampling units, per stage."""
        return _names(self.cluster)

    @property
    def sizes(self) -> tuple[str, ...]:
        """Columns of the population sizes, per stage."""
        return _names(self.fpc)


def read_rule(said: str) -> SinglePsu:
    """Rule for strata with one sampling unit, by our name of it or R's.

    Examples
    --------
    >>> read_rule("adjust"), read_rule("collapsed")
    ('centred', 'collapsed')
    """
    rule = RULES_OF_R.get(said, said)
    require_option(rule, SinglePsu, name="single_psu")
    return cast(SinglePsu, rule)


def _names(said: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else said


def _stages(said: str | Iterable[str] | None, field: str) -> str | tuple[str, ...] | None:
    """One column, two different ones, or none."""
    if said is None or isinstance(said, str):
        return said
    names = tuple(said)
    if not 0 < len(set(names)) == len(names) <= _STAGES:
        raise DesignError(
            f"a design needs one column or two different ones as {field}, and got "
            f"[{list_all(names)}]. Name the sampling units of the first stage and of the second; "
            "later stages are part of the second."
        )
    return names[0] if len(names) == 1 else names
