# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: -all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: kernelspec,jupytext
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a .sav file to a prevalence table
#
# A file of the Gezondheidsmonitor goes in; weighted prevalences with design-based intervals come
# out. The file used here is **synthetic**: it has the real layout and no real respondent.

# %%
import platform
import tempfile
from pathlib import Path

import eenzaam_stats as es

print(platform.python_version(), es.__version__)

# %% [markdown]
# ## 1. A file
#
# With your own file, skip this cell and give its path to `read_gezondheidsmonitor`.

# %%
folder = Path(tempfile.mkdtemp())
synthesis = es.synthesise("gezondheidsmonitor", folder / "demo.sav", wave=2022, n=50_000)
synthesis.file, synthesis.rows

# %% [markdown]
# ## 2. Read and harmonise
#
# Only the columns that are needed are read. A code that the codebook does not know stops the
# reading. The report says what was read, recoded, dropped and missing, and compares our scores with
# the ones in the file.

# %%
survey = es.read_gezondheidsmonitor(folder / "demo.sav", wave=2022)
survey.report

# %% [markdown]
# ## 3. Score
#
# Eleven items, the manual's rule: the neutral answer counts as lonely, one missing item is
# tolerated in the total and none in a subscale. Flags of the subscales need a named cut-off,
# because two published ones contradict each other.

# %%
survey = es.score(survey, es.DJG11, subscale_cutoff="vzinfo")
print(survey.scoring[0])

# %% [markdown]
# ## 4. Estimate
#
# The weight and the strata come from the codebook of the wave. `tidy()` gives a fresh frame.

# %%
everyone = es.prevalence(survey, "severely_lonely")
print(everyone.describe())
everyone.tidy()

# %%
by_age_and_sex = es.prevalence(survey, "severely_lonely", by=["sex", "age_group"])
by_age_and_sex.tidy().head(7)

# %%
axes = es.plots.prevalence(by_age_and_sex, language="nl")

# %% [markdown]
# ## 5. Beside the published figure
#
# Published figures carry their evidence level. This file is synthetic, so agreement says that the
# computation is right, not that the population is.

# %%
published = es.reference("gezondheidsmonitor", evidence="primary")
national = published.query("wave == '2022' and dimension == 'total' and sex == 'total'")
national[["outcome", "value", "unit", "threshold", "url"]]

# %%
row = everyone.rows[0]
assert row.conf_low < 0.142 < row.conf_high
assert row.n_valid + row.n_missing == survey.report.n_kept

# %% [markdown]
# ## Things to try
#
# - `es.prevalence(survey, "lonely", by="region")` and look at `df` and `deff`.
# - Score a second time with `es.score(survey, es.DJG6, flags="prefixed")` and compare
#   `djg6_lonely` with `lonely`: another scale, another cut-off.
# - `es.prevalence(survey, "lonely", weights=None)`: what the weights do.
