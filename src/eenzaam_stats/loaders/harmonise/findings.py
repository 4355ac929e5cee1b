"""Sentences for the reader of a ``HarmonisationReport``: what is assumed, absent or odd.

Nothing is decided or changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eenzaam_stats.loaders.harmonise.column import Harmonised
from eenzaam_stats.loaders.harmonise.file_labels import file_labels
from eenzaam_stats.loaders.harmonise.labels import differing_labels
from eenzaam_stats.loaders.harmonise.selection import Selection
from eenzaam_stats.messages import show_label
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.vocabulary import Origin

_PLURAL = {"stratum": "strata", "cluster": "clusters"}
# Roles whose answers have a direction.
_ANSWERS = ("item", "loneliness")


def report_notes(
    selection: Selection,
    columns: Mapping[str, Harmonised],
    *,
    origin: Origin,
    encoding: str | None,
    leave_out: Sequence[str],
) -> tuple[str, ...]:
    """Notes of one reading, in the order in which a reader needs them."""
    return (
        *_origin_notes(origin, encoding),
        *selection.file.notes,
        *selection.notes,
        *selection.wave.notes,
        *_layout_notes(selection),
        *_label_notes(selection),
        *(note for column in columns.values() for note in column.notes),
        *_absent_notes(selection, columns, leave_out),
        *_age_notes(selection, columns),
    )


def header_check(selection: Selection) -> tuple[CheckResult, ...]:
    """Say when the header gives no number of rows: then a cut file looks whole."""
    if selection.file.n_rows is not None or selection.file.format == "excel":
        return ()
    message = "the file does not state its number of rows, so a part that was cut off is not seen"
    return (CheckResult("number of rows", None, message),)


def _origin_notes(origin: Origin, encoding: str | None) -> Iterator[str]:
    if origin is Origin.SYNTHETIC:
        yield "the file says that it is synthetic: no figure from it describes real people"
    if encoding is not None:
        yield (
            f"the file holds bytes that do not fit its stated encoding and was read as {encoding}; "
            "accented letters in its labels can be wrong"
        )


def _layout_notes(selection: Selection) -> Iterator[str]:
    wave = selection.wave
    yield f"evidence of the population: {wave.population_evidence}"
    if selection.weight is not None:
        yield f"evidence of the weight: {wave.weights_evidence}"
    doubtful = [match for match in selection.matches if match.variable.evidence_word != "confirmed"]
    if doubtful:
        labelled = [match for match in doubtful if selection.file.value_labels.get(match.column)]
        names = ", ".join(match.column for match in doubtful)
        yield (
            f"not confirmed for {wave.name}, taken from other waves, other sources or a mapping: "
            f"{names}; the file labels {len(labelled)} of these {len(doubtful)} and "
            "no label contradicts the codebook"
        )
    items = [match for match in selection.matches if match.variable.role in _ANSWERS]
    bare = [match.column for match in items if not selection.file.value_labels.get(match.column)]
    if bare:
        yield (
            f"{', '.join(bare)} have no value labels: the direction of the answers rests on the "
            "codebook alone"
        )


def _label_notes(selection: Selection) -> Iterator[str]:
    for match in selection.matches:
        labels = file_labels(match.variable, selection.file, match.column)
        codes = differing_labels(match.variable, labels)
        if codes:
            said = ", ".join(f"{code} {show_label(labels[code])}" for code in codes)
            yield f"{match.column}: worded otherwise than in the codebook: {said}"


def _absent_notes(
    selection: Selection, columns: Mapping[str, Harmonised], leave_out: Sequence[str]
) -> Iterator[str]:
    wave = selection.wave
    yield from _design_notes(selection)
    if wave.respondents is not None and selection.marker is None:
        yield (
            f"no column {wave.respondents.source_name}: {wave.respondents.others} cannot be told "
            "apart"
        )
    names = [
        f"{name} ({', '.join(v.source_names[0] for v in wave.candidates(name))})"
        for name in selection.absent
        if name not in columns
    ]
    if names:
        yield f"not in the file: {', '.join(names)}"
    if leave_out:
        yield f"left out by the user: {', '.join(leave_out)}"


def _design_notes(selection: Selection) -> Iterator[str]:
    wave = selection.wave
    for what, wanted, column, evidence in (
        ("stratum", wave.stratum, selection.stratum, wave.stratum_evidence),
        ("cluster", wave.cluster, selection.cluster, wave.cluster_evidence),
    ):
        if column is not None:
            yield f"evidence of the {what}: {evidence}"
        elif wanted is not None:
            yield f"no column {wanted}: the design has no {_PLURAL[what]}"


def _age_notes(selection: Selection, columns: Mapping[str, Harmonised]) -> Iterator[str]:
    if "age" not in columns:
        return
    floor = selection.wave.age_floor
    young = int((columns["age"].values < floor).fillna(False).sum())
    if young:
        yield f"{young:,} row(s) are younger than {floor}, the youngest age of this wave"
