"""From a survey file to harmonised respondents: codebooks, reading, recoding, reporting.

Rules of a source are rows in ``codebooks/*.toml``. Nothing here estimates or draws. Every reader is
reachable from here; the front door leaves out the optional SHARE and ESS.
"""

from eenzaam_stats.loaders.combine import combine
from eenzaam_stats.loaders.ess import read_ess
from eenzaam_stats.loaders.eu_survey import read_eu_survey
from eenzaam_stats.loaders.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.gmjv import read_gmjv
from eenzaam_stats.loaders.lasa import read_lasa
from eenzaam_stats.loaders.liss import read_liss
from eenzaam_stats.loaders.mapping import check_mapping, read_mapped
from eenzaam_stats.loaders.opened import open_file
from eenzaam_stats.loaders.share import read_share
from eenzaam_stats.loaders.ssw import read_ssw
from eenzaam_stats.loaders.template import mapping_template, write_template

__all__ = [
    "check_mapping",
    "combine",
    "mapping_template",
    "open_file",
    "read_ess",
    "read_eu_survey",
    "read_gezondheidsmonitor",
    "read_gmjv",
    "read_lasa",
    "read_liss",
    "read_mapped",
    "read_share",
    "read_ssw",
    "write_template",
]
