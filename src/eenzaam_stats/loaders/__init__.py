"""From a survey file to harmonised respondents: codebooks, reading, recoding, reporting.

Rules of a source are rows in ``codebooks/*.toml``. Nothing here estimates or draws.
"""
