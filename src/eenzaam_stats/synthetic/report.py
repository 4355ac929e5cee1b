"""What became of a request for synthetic data: frozen values, no computation."""

from __future__ import annotations

from dataclasses import dataclass

from eenzaam_stats.vocabulary import Origin


@dataclass(frozen=True, slots=True)
class SynthesisCell:
    """One age-by-sex cell of a synthetic file.

    Attributes
    ----------
    age_group, sex : str
        Which cell.
    population_n : int
        People on 1 January of the wave year; the weights of the cell add up to it.
    rows : int
        Rows with loneliness questions.
    lonely_target, severely_lonely_target : float
        Prevalence asked for, 0-1: published, or assumed where nothing was published.
    lonely_expected, severely_lonely_expected : float
        Prevalence that the model gives among people with a valid total, 0-1.
    """

    age_group: str
    sex: str
    population_n: int
    rows: int
    lonely_target: float
    severely_lonely_target: float
    lonely_expected: float
    severely_lonely_expected: float


@dataclass(frozen=True, slots=True)
class SynthesisMargin:
    """One published figure and what the model of the file gives for it.

    Attributes
    ----------
    outcome, group, sex : str
        What was published, for whom.
    printed_pct : float
        As printed, in percent.
    target, expected : float
        Value used and value of the model, 0-1.
    evidence : str
        How well the figure is documented.
    """

    outcome: str
    group: str
    sex: str
    printed_pct: float
    target: float
    expected: float
    evidence: str


@dataclass(frozen=True, slots=True)
class SynthesisReport:
    """What was written.

    Attributes
    ----------
    source : str
        Source whose layout is imitated.
    wave : int
        Wave whose layout and prevalences are imitated.
    origin : Origin
        Always synthetic.
    file : str
        File name, never its folder.
    rows : int
        Rows in the file, respondents of CBS included.
    seed : int
        Seed of the random numbers.
    weight : str
        The weight that is right for loneliness.
    cells : tuple of SynthesisCell
        Age band by sex; empty for a source that is not made per band.
    margins : tuple of SynthesisMargin
        Published figures that the model meets.
    assumptions : tuple of str
        What is assumed and not data.
    """

    source: str
    wave: int
    origin: Origin
    file: str
    rows: int
    seed: int
    weight: str
    cells: tuple[SynthesisCell, ...]
    margins: tuple[SynthesisMargin, ...]
    assumptions: tuple[str, ...]

    def describe(self) -> str:
        """Report as plain text for a terminal."""
        head = (
            f"SYNTHETIC {self.source} {self.wave}, file {self.file}: {self.rows:,} rows, seed "
            f"{self.seed}, weight {self.weight}. No respondent is real."
        )
        heading = f"  {'age':<8}{'sex':<7}{'people':>11}{'rows':>9}{'lonely':>9}{'severely':>10}"
        lines = [heading] if self.cells else []
        lines += [
            f"  {c.age_group:<8}{c.sex:<7}{c.population_n:>11,}{c.rows:>9,}"
            f"{c.lonely_expected:>9.1%}{c.severely_lonely_expected:>10.1%}"
            for c in self.cells
        ]
        lines += [
            f"  published {m.outcome}, {m.group}, {m.sex}: {m.printed_pct:g} % ({m.evidence}); "
            f"model {m.expected:.2%}"
            for m in self.margins
        ]
        return "\n".join([head, *lines, *(f"  note: {said}" for said in self.assumptions)])

    def __str__(self) -> str:
        return self.describe()
