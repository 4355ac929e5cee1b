"""One question for every source: read this file as that survey, with the options it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eenzaam_stats.errors import OptionError, list_all
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.pooling.waves import Waves
from eenzaam_stats.loaders.sources.ess import read_ess
from eenzaam_stats.loaders.sources.eu_survey import read_eu_survey
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.sources.gmjv import read_gmjv
from eenzaam_stats.loaders.sources.lasa import read_lasa
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.loaders.sources.share import read_share
from eenzaam_stats.loaders.sources.ssw import read_ssw
from eenzaam_stats.survey import Survey


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a source may ask beside its file; ``None`` where the user said nothing.

    Attributes
    ----------
    wave : int, str, sequence of these or None
        Year, number or letter of the wave; or several.
    mapping : Path or None
        Mapping in TOML, for ``ssw`` and ``mapped``.
    weight : str or None
        Weight column, where the codebook names none or another is wanted.
    weights_for : str or None
        For whom the weights of the source add up: country or eu27, national, regional or
        municipal.
    country : str or None
        One country of an international file.
    file : FileWords
        How the file is written; every source takes it.
    """

    wave: Waves | None = None
    mapping: Path | None = None
    weight: str | None = None
    weights_for: str | None = None
    country: str | None = None
    file: FileWords = field(default_factory=FileWords)


@dataclass(frozen=True, slots=True)
class _Source:
    """A reader with the options that it must and may be given."""

    read: Callable[..., Survey]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


SOURCES: Mapping[str, _Source] = MappingProxyType(
    {
        "gezondheidsmonitor": _Source(read_gezondheidsmonitor, ("wave",), ("weight",)),
        "gmjv": _Source(read_gmjv, ("wave",), ("weights_for", "weight")),
        "eu_loneliness_survey": _Source(read_eu_survey, (), ("weights_for", "country", "wave")),
        "liss": _Source(read_liss, (), ("wave",)),
        "lasa": _Source(read_lasa, ("wave",)),
        "ssw": _Source(read_ssw, ("mapping",), ("wave",)),
        "share": _Source(read_share, ("wave",), ("weight",)),
        "ess": _Source(read_ess, ("wave",), ("weight",)),
        "mapped": _Source(read_mapped, ("mapping",), ("wave",)),
    }
)


def read_source(source: str, path: str | Path, options: SourceOptions) -> Survey:
    """Read a file as one of the known surveys.

    Parameters
    ----------
    source : str
        Name of the source; ``"mapped"`` for any other file with a mapping.
    path : str or Path
        File, or the folder of a panel.
    options : SourceOptions
        What the user said; an option that the source does not have is refused.

    Returns
    -------
    Survey

    Raises
    ------
    OptionError
        If the source is unknown, lacks an option it needs, or got one it does not have.
    SourceError, SchemaError, UnknownCodeError, DesignError
        As its reader.

    Examples
    --------
    >>> read_source("gezondheidsmonitor", "demo.sav", SourceOptions())
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: source 'gezondheidsmonitor' needs --wave, ...
    """
    if source not in SOURCES:
        raise OptionError.among(source, SOURCES, name="source")
    known = SOURCES[source]
    given: dict[str, Any] = {
        one.name: getattr(options, one.name)
        for one in fields(options)
        if one.name != "file" and getattr(options, one.name) is not None
    }
    missing = [f"--{name}" for name in known.needs if name not in given]
    if missing:
        raise OptionError(
            f"source {source!r} needs {', '.join(missing)}, which was not given. "
            "Say which one the file holds."
        )
    strange = [name for name in given if name not in (*known.needs, *known.takes)]
    if strange:
        raise OptionError(
            f"source {source!r} has no option [{list_all(strange)}]; it takes "
            f"[{list_all((*known.needs, *known.takes))}]. Leave it out."
        )
    return known.read(path, **given, **options.file)
