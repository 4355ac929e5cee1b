"""Results to matplotlib figures: one theme, alt text, Dutch and English. Nothing is computed here.

Every function draws on an ``Axes`` that it is given, or makes one, and returns it. matplotlib is
imported when the first figure is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eenzaam_stats.plots.barplot import bars, stack
    from eenzaam_stats.plots.changeplot import change, change_text
    from eenzaam_stats.plots.checkplot import series_check, series_check_text
    from eenzaam_stats.plots.dotplot import dots
    from eenzaam_stats.plots.estimates import prevalence, prevalence_text
    from eenzaam_stats.plots.frame import NumberText
    from eenzaam_stats.plots.lineplot import lines
    from eenzaam_stats.plots.projectionplot import projection, projection_text
    from eenzaam_stats.plots.seriesplot import interruption, interruption_text
    from eenzaam_stats.plots.theme import canvas, pdf, png, svg
    from eenzaam_stats.plots.tileplot import tilemap, tilemap_text

__all__ = [
    "NumberText",
    "bars",
    "canvas",
    "change",
    "change_text",
    "dots",
    "interruption",
    "interruption_text",
    "lines",
    "pdf",
    "png",
    "prevalence",
    "prevalence_text",
    "projection",
    "projection_text",
    "series_check",
    "series_check_text",
    "stack",
    "svg",
    "tilemap",
    "tilemap_text",
]

_HOMES = {
    "NumberText": "frame",
    "bars": "barplot",
    "canvas": "theme",
    "change": "changeplot",
    "change_text": "changeplot",
    "dots": "dotplot",
    "interruption": "seriesplot",
    "interruption_text": "seriesplot",
    "lines": "lineplot",
    "pdf": "theme",
    "png": "theme",
    "prevalence": "estimates",
    "prevalence_text": "estimates",
    "projection": "projectionplot",
    "projection_text": "projectionplot",
    "series_check": "checkplot",
    "series_check_text": "checkplot",
    "stack": "barplot",
    "svg": "theme",
    "tilemap": "tileplot",
    "tilemap_text": "tileplot",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415  (matplotlib is loaded on first use)

    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"eenzaam_stats.plots.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
