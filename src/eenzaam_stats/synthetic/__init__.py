"""Synthetic survey files with known prevalences, labelled synthetic everywhere.

Only ``writing.py`` writes; nothing made here is ever presented as real.
"""

from eenzaam_stats.synthetic.gezondheidsmonitor import synthesise_gezondheidsmonitor
from eenzaam_stats.synthetic.report import SynthesisCell, SynthesisMargin, SynthesisReport

__all__ = [
    "SynthesisCell",
    "SynthesisMargin",
    "SynthesisReport",
    "synthesise_gezondheidsmonitor",
]
