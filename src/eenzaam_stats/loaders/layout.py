"""The frozen values that a codebook consists of: source, wave, variable.

Nothing here reads a file: ``codebook.py`` fills these values, the loaders and the maker of
synthetic files read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from eenzaam_stats.errors import OptionError
from eenzaam_stats.vocabulary import MissingKind

Value = str | int | bool
Role = Literal["item", "published", "demographic", "key", "survey_year"]
VariableKind = Literal["category", "boolean", "integer", "text", "municipality"]
Storage = Literal["numeric", "string", "either"]
EvidenceWord = Literal["confirmed", "secondary", "derived", "unverified"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of one wave.

    Attributes
    ----------
    name : str
        Harmonised column that it fills; several variables may fill one column, and the first whose
        source name is in the file is read.
    source_names : tuple of str
        Names in the file, in order of preference, without prefix; case does not matter.
    role : {"item", "published", "demographic", "key", "survey_year"}
        What it is for; items must be in the file, all others may be absent.
    kind : {"category", "boolean", "integer", "text", "municipality"}
        What the harmonised values are.
    label_nl : str
        Short Dutch description.
    codes : mapping of int to (value, str)
        Valid codes with harmonised value and the Dutch label as printed; empty for free values.
    missing : mapping of int to MissingKind
        Codes that stand for a missing answer.
    missing_labels : mapping of int to str
        Dutch labels of those codes, as printed.
    declared_missing : bool
        Whether the file declares these codes as user-missing.
    bounds : tuple of (int, int) or None
        Lowest and highest valid number of a free integer.
    storage : {"numeric", "string", "either"}
        How the file stores it.
    format : str
        SPSS format, such as ``F1``.
    evidence : str
        How well this row is documented for this wave; starts with confirmed, secondary, derived
        or unverified.
    note : str
        What a reader must know.
    """

    name: str
    source_names: tuple[str, ...]
    role: Role
    kind: VariableKind
    label_nl: str
    codes: Mapping[int, tuple[Value, str]]
    missing: Mapping[int, MissingKind]
    missing_labels: Mapping[int, str]
    declared_missing: bool
    bounds: tuple[int, int] | None
    storage: Storage
    format: str
    evidence: str
    note: str

    @property
    def required(self) -> bool:
        """Whether a file without it cannot be used."""
        return self.role == "item"

    @property
    def evidence_word(self) -> EvidenceWord:
        """First word of the evidence."""
        return cast(EvidenceWord, self.evidence.split(";")[0].split(" ")[0])

    @property
    def value_labels(self) -> dict[int, str]:
        """Dutch labels of valid and missing codes together, as a file carries them."""
        return {code: label for code, (_, label) in self.codes.items()} | dict(self.missing_labels)

    @property
    def values(self) -> tuple[Value, ...]:
        """Harmonised values in the order of their codes, without repeats."""
        return tuple(dict.fromkeys(value for value, _ in self.codes.values()))


@dataclass(frozen=True, slots=True)
class RespondentFilter:
    """Which rows answered the loneliness questions.

    Attributes
    ----------
    source_name : str
        Variable that tells whose respondent a row is.
    keep : tuple of int
        Codes of respondents who got the questions.
    drop : tuple of int
        Codes of respondents who did not; empty when every code outside ``keep`` is one.
    evidence : str
        How well this is documented.
    """

    source_name: str
    keep: tuple[int, ...]
    drop: tuple[int, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class WaveCodebook:
    """Everything the codebook knows about one wave.

    Attributes
    ----------
    title : str
        Name of the source for readers.
    year : int
        Wave.
    population, population_evidence : str
        Who the survey covers, and how well that is documented.
    age_floor : int
        Youngest age.
    variables : tuple of Variable
        Variables of this wave, in codebook order.
    weights : tuple of str
        Weights that are right for loneliness, in order of preference; empty when the wave has none
        that is documented and the user must name it.
    weights_evidence : str
        How well that is documented.
    wrong_weights : mapping of str to str
        Weights that must not be used for loneliness, with the reason.
    discouraged_weights : mapping of str to str
        Weights that are doubtful for loneliness, with the reason.
    stratum, stratum_evidence : str
        Stratum variable, and how well it is documented.
    layout_evidence : str
        How well the item names and codes of this wave are documented.
    respondents : RespondentFilter or None
        Which rows belong to the loneliness base, where the wave has a variable for it.
    prefixes : tuple of str
        Prefixes that a variable name may carry.
    """

    title: str
    year: int
    population: str
    population_evidence: str
    age_floor: int
    variables: tuple[Variable, ...]
    weights: tuple[str, ...]
    weights_evidence: str
    wrong_weights: Mapping[str, str]
    discouraged_weights: Mapping[str, str]
    stratum: str
    stratum_evidence: str
    layout_evidence: str
    respondents: RespondentFilter | None
    prefixes: tuple[str, ...]

    def candidates(self, name: str) -> tuple[Variable, ...]:
        """Variables that can fill one harmonised column, in order of preference."""
        return tuple(variable for variable in self.variables if variable.name == name)

    def variable(self, source_name: str) -> Variable:
        """Return the variable with this name in the file, whatever its case."""
        for variable in self.variables:
            if source_name.casefold() in {name.casefold() for name in variable.source_names}:
                return variable
        names = [name for variable in self.variables for name in variable.source_names]
        raise OptionError.among(source_name, names, name="source_name")

    @property
    def items(self) -> tuple[Variable, ...]:
        """The eleven items, in order."""
        return tuple(variable for variable in self.variables if variable.role == "item")


@dataclass(frozen=True, slots=True)
class Codebook:
    """All waves of one source.

    Attributes
    ----------
    name, title : str
        Short name and name for readers.
    waves : tuple of WaveCodebook
        In order of year.
    sources : mapping of str to str
        Public documents that the evidence refers to.
    """

    name: str
    title: str
    waves: tuple[WaveCodebook, ...]
    sources: Mapping[str, str]

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the waves."""
        return tuple(wave.year for wave in self.waves)

    def wave(self, year: int) -> WaveCodebook:
        """Return one wave; a year that is not in the codebook is an ``OptionError``."""
        for wave in self.waves:
            if wave.year == year:
                return wave
        raise OptionError.among(year, self.years, name="wave")
