"""The frozen values that a codebook consists of: source, wave, variable.

Nothing here reads a file: ``codebook.py`` fills these values, the loaders and the maker of
synthetic files read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from eenzaam_stats.cell_text import parse_number
from eenzaam_stats.errors import OptionError
from eenzaam_stats.vocabulary import MissingKind, SinglePsu
from eenzaam_stats.wave_names import same_wave

Code = int | float | str
Value = str | int | bool
Role = Literal["item", "loneliness", "published", "demographic", "key", "survey_year"]
VariableKind = Literal["category", "boolean", "integer", "number", "text", "municipality"]
Status = Literal["complete", "partial", "impossible", "undetermined"]
Storage = Literal["numeric", "string", "either"]
EvidenceWord = Literal["confirmed", "secondary", "derived", "unverified"]


def read_code(key: str) -> Code:
    """Code as the file holds it: numbers as numbers, everything else as text.

    Examples
    --------
    >>> read_code("-9"), read_code("9.9"), read_code("1.0"), read_code("Ja")
    (-9, 9.9, 1, 'Ja')
    """
    number = parse_number(key)
    return key.strip() if number is None else number


def evidence_word(evidence: str) -> EvidenceWord:
    """First word of a sentence of evidence."""
    return cast(EvidenceWord, evidence.replace(";", " ").partition(" ")[0])


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
    role : {"item", "loneliness", "published", "demographic", "key", "survey_year"}
        What it is for: an item of the De Jong Gierveld scale, another answer about loneliness (UCLA
        items, the direct question), a score of the file, or a fact about the person or the row.
    kind : {"category", "boolean", "integer", "number", "text", "municipality"}
        What the harmonised values are.
    label_nl : str
        Short Dutch description.
    codes : mapping of int or str to (value, str)
        Valid codes with harmonised value and the label as printed; empty for free values.
    missing : mapping of int or str to MissingKind
        Codes that stand for a missing answer.
    missing_labels : mapping of int or str to str
        Labels of those codes, as printed.
    declared_missing : bool
        Whether the file declares these codes as user-missing.
    bounds : tuple of (float, float) or None
        Lowest and highest valid number of a free number.
    storage : {"numeric", "string", "either"}
        How the file stores it.
    format : str
        SPSS format, such as ``F1``.
    evidence : str
        How well this row is documented for this wave; starts with confirmed, secondary, derived
        or unverified.
    note : str
        What a reader must know.
    required : bool
        Whether a file without it cannot be used; items are, unless the row says otherwise.
    status : {"complete", "partial", "impossible", "undetermined"}
        How far the source can fill the column in this wave.
    otherwise : MissingKind, value or None
        What every other code becomes; ``None`` stops the reading at such a code.
    """

    name: str
    source_names: tuple[str, ...]
    role: Role
    kind: VariableKind
    label_nl: str
    codes: Mapping[Code, tuple[Value, str]]
    missing: Mapping[Code, MissingKind]
    missing_labels: Mapping[Code, str]
    declared_missing: bool
    bounds: tuple[float, float] | None
    storage: Storage
    format: str
    evidence: str
    note: str
    required: bool = False
    status: Status = "undetermined"
    otherwise: MissingKind | Value | None = None

    def knows(self, code: Code) -> bool:
        """Whether a code is listed, as valid or as missing."""
        return code in self.codes or code in self.missing

    @property
    def evidence_word(self) -> EvidenceWord:
        """First word of the evidence."""
        return evidence_word(self.evidence)

    @property
    def value_labels(self) -> dict[Code, str]:
        """Labels of valid and missing codes together, as a file carries them."""
        return {code: label for code, (_, label) in self.codes.items()} | dict(self.missing_labels)

    @property
    def values(self) -> tuple[Value, ...]:
        """Harmonised values in the order of their codes, without repeats."""
        values = [value for value, _ in self.codes.values()]
        if self.otherwise is not None and not isinstance(self.otherwise, MissingKind):
            values.append(self.otherwise)
        return tuple(dict.fromkeys(values))


@dataclass(frozen=True, slots=True)
class RespondentFilter:
    """Which rows answered the loneliness questions.

    Attributes
    ----------
    source_name : str
        Variable that tells whose respondent a row is.
    keep : tuple of int or str
        Codes of respondents who got the questions.
    drop : tuple of int or str
        Codes of respondents who did not; empty when every code outside ``keep`` is one.
    evidence : str
        How well this is documented.
    own, others : str
        Words for those who did and those who did not, for messages and the report.
    reason : str
        Why the others are left out, for the report.
    """

    source_name: str
    keep: tuple[Code, ...]
    drop: tuple[Code, ...]
    evidence: str
    own: str = "respondents who were asked"
    others: str = "other respondents"
    reason: str = "not asked about loneliness"


@dataclass(frozen=True, slots=True)
class WaveCodebook:
    """Everything the codebook knows about one wave.

    Attributes
    ----------
    title : str
        Name of the source for readers.
    year : int
        Year of the wave, or its number where the source counts its waves.
    name : str
        Name of the wave for readers; the year, unless the source has letters or other words.
    population, population_evidence : str
        Who the survey covers, and how well that is documented.
    age_floor : int
        Youngest age.
    variables : tuple of Variable
        Variables of this wave, in codebook order.
    weights : tuple of str
        Weights that are right for loneliness, in order of preference; empty when the wave has none
        that is documented and the user must name it, or when it delivers none.
    delivers_weights : bool
        Whether the source delivers weights at all; where it does not, the design has none.
    weight_levels, stratum_levels : mapping of str to str
        Weight and stratum per level of the estimates, where the source has several.
    zero_weight : str
        What a weight of 0 means, so that its rows are left out and counted; empty where a weight of
        0 is an error.
    blank_weight : str
        What a blank weight means, as ``zero_weight``.
    other_names : mapping of str to str
        Another name under which a weight or a stratum of a level can stand in the file.
    wave_column : str
        Column with the year or the number of the wave, where several waves can stand in one file
        and no variable holds it; empty where there is none.
    own_rows_only : bool
        Whether rows of other years are left out and counted; otherwise they are an error.
    shares_file : bool
        Whether other waves are read from the same file, which must then tell them apart.
    weights_evidence : str
        How well that is documented.
    wrong_weights : mapping of str to str
        Weights that must not be used for loneliness, with the reason.
    discouraged_weights : mapping of str to str
        Weights that are doubtful for loneliness, with the reason.
    stratum, cluster : str or None
        Stratum and cluster variable; ``None`` where the source has none.
    stratum_evidence, cluster_evidence : str
        How well they are documented.
    single_psu : {"certainty", "centred", "average", "collapsed", "fail"}
        What a stratum with one sampling unit does.
    layout_evidence : str
        How well the item names and codes of this wave are documented.
    respondents : RespondentFilter or None
        Which rows belong to the loneliness base, where the wave has a variable for it.
    prefixes : tuple of str
        Prefixes that a variable name may carry.
    notes : tuple of str
        What every reader of this wave must know.
    impossible : tuple of Variable
        Harmonised columns that the source is known not to be able to fill.
    inner_cluster : str or None
        Second-stage unit, where the sample was drawn in two stages.
    fpc : tuple of str
        Number of sampling units in the population, per stage; empty where that is not used.
    """

    title: str
    year: int
    name: str
    population: str
    population_evidence: str
    age_floor: int
    variables: tuple[Variable, ...]
    weights: tuple[str, ...]
    delivers_weights: bool
    weight_levels: Mapping[str, str]
    stratum_levels: Mapping[str, str]
    zero_weight: str
    weights_evidence: str
    wrong_weights: Mapping[str, str]
    discouraged_weights: Mapping[str, str]
    stratum: str | None
    stratum_evidence: str
    cluster: str | None
    cluster_evidence: str
    single_psu: SinglePsu
    layout_evidence: str
    respondents: RespondentFilter | None
    prefixes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    impossible: tuple[Variable, ...] = ()
    blank_weight: str = ""
    other_names: Mapping[str, str] = field(default_factory=dict)
    wave_column: str = ""
    own_rows_only: bool = False
    shares_file: bool = False
    inner_cluster: str | None = None
    fpc: tuple[str, ...] = ()

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
    def design_names(self) -> tuple[str, ...]:
        """Variables of the sampling design beside the weights, in the terms of the file."""
        named = (self.stratum, self.cluster, self.inner_cluster, *self.fpc)
        return tuple(name for name in named if name is not None)

    @property
    def items(self) -> tuple[Variable, ...]:
        """Items of the De Jong Gierveld scale, in codebook order."""
        return tuple(variable for variable in self.variables if variable.role == "item")

    @property
    def mandatory_columns(self) -> tuple[str, ...]:
        """Harmonised columns without which a file cannot be used, in codebook order."""
        return tuple(dict.fromkeys(v.name for v in self.variables if v.required))


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
    part_of : str
        Short name of the source that this codebook completes, such as a file with background
        variables; its own name when it stands alone.
    """

    name: str
    title: str
    waves: tuple[WaveCodebook, ...]
    sources: Mapping[str, str]
    part_of: str = ""

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the waves."""
        return tuple(wave.year for wave in self.waves)

    def wave(self, key: int | str) -> WaveCodebook:
        """Return one wave by its year or its name; any other key is an ``OptionError``."""
        named = any(wave.name != str(wave.year) for wave in self.waves)
        names = {wave.name: wave for wave in reversed(self.waves)}
        years = {wave.year: wave for wave in reversed(self.waves)}
        name, year = same_wave(key, names), same_wave(key, years)
        if name is not None:
            return names[name]
        if year is not None:
            return years[year]
        shown = [wave.name if named else wave.year for wave in self.waves]
        raise OptionError.among(key, shown, name="wave")


def list_answers(variable: Variable) -> tuple[str, ...]:
    """Words among the harmonised values of a variable: the answers that it offers."""
    return tuple(value for value in variable.values if isinstance(value, str))
