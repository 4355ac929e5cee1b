"""From a survey file to harmonised respondents: codebooks, reading, recoding, reporting.

Rules of a source are rows in ``codebooks/*.toml``. Nothing here estimates or draws. Every reader is
reachable from here; the top level leaves out the optional SHARE and ESS.
"""

from eenzaam_stats.loaders.codebook.template import mapping_template, write_template
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.mapping.mapping import check_mapping, read_mapped
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.sources.ess import read_ess
from eenzaam_stats.loaders.sources.eu_survey import read_eu_survey
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.sources.gmjv import read_gmjv
from eenzaam_stats.loaders.sources.lasa import read_lasa
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.loaders.sources.share import read_share
from eenzaam_stats.loaders.sources.ssw import read_ssw

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
