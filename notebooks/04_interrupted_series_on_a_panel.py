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
# # An interrupted time series on a panel
#
# Did loneliness jump when the pandemic began, and did it come back? The files are a **synthetic**
# LISS panel in its real layout, with an effect that was planted, so that the answer can be checked:
# on the log-odds a jump of 0.5 in 2020 that goes away by 0.1 a year.

# %%
import platform
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.loaders.codebook import load_codebook
from eenzaam_stats.loaders.synthetic.liss import synthesise_liss
from eenzaam_stats.trend.checks import leave_one_wave_out
from eenzaam_stats.trend.interrupted import SeriesOptions
from eenzaam_stats.trend.panel import panel_model
from eenzaam_stats.trend.participation import check_dropout
from eenzaam_stats.trend.placebo import placebo_in_time
from eenzaam_stats.trend.power import PlannedSeries, power_of

print(platform.python_version(), es.__version__)

# %% [markdown]
# ## 1. Make the panel, read it, score it
#
# With real files only the path of the folder changes. One call reads a directory of waves.

# %%
LEVEL, SLOPE, START = 0.5, -0.1, 2020


def planted(year, *, effect=True):
    """Share that is lonely in a wave."""
    logit = -0.75 - 0.02 * (year - 2008)
    if effect and year >= START:
        logit += LEVEL + SLOPE * (year - START)
    return 1 / (1 + np.exp(-logit))


folder = Path(tempfile.mkdtemp()) / "liss"
years = load_codebook("liss").years
shares = {year: (planted(year), 0.25 * planted(year)) for year in years}
synthesise_liss(folder, n=1_500, seed=11, shares=shares)
panel = es.score(es.read_liss(folder), es.DJG6)
print(panel.report.n_kept, "answers of", panel.respondents["person_id"].nunique(), "people")

# %% [markdown]
# ## 2. Who came and who went
#
# LISS has no weights, and people leave. When leaving depends on what was answered before, means per
# wave mislead; the check compares those who stayed with those who did not.

# %%
print(check_dropout(panel, "lonely").message)

# %% [markdown]
# ## 3. From waves to a series
#
# One prevalence per wave with its standard error, which goes into the model as known.

# %%
series = es.prevalence(panel, "lonely", by="wave", weights=None)
series.tidy()[["wave", "estimate", "std_error", "n_valid"]].round(3).tail(8)

# %%
fit = es.interrupted_time_series(
    series,
    [es.Interruption("COVID-19", START)],
    scale="logit",
    options=SeriesOptions(at=(2020.0, 2022.0, 2025.0)),
)
print(fit.describe())

# %%
axes = es.plots.interrupted(fit, language="en")

# %%
effects = fit.tidy()
columns = ["effect", "date", "estimate", "conf_low", "conf_high", "df", "p_value"]
effects[columns].round(3)

# %% [markdown]
# The table that reviewers ask for: periods, estimator, errors, autocorrelation and every effect.

# %%
print(fit.report().to_string(index=False, max_colwidth=70))

# %% [markdown]
# ## 4. Back on the trend of before?

# %%
gap = es.forecast_gap(series, start=START, scale="logit")
print(gap.describe())
axes = es.plots.interrupted(gap, language="en")

# %% [markdown]
# ## 5. Would any year have done?
#
# A placebo looks for a jump in years without one; leaving out each wave in turn asks whether one
# wave carries the result.

# %%
covid = es.Interruption("COVID-19", START, effects=("level",))
placebo = placebo_in_time(series, covid)
left_out = leave_one_wave_out(series, covid)
print(placebo.check.message)
print(left_out.check.message)
axes = es.plots.series_check(placebo, language="en")

# %% [markdown]
# ## 6. The people themselves
#
# A mixed model follows persons: who stays counts with their own level, and the wave means are
# standardised to everybody.

# %%
model = panel_model(
    panel, "lonely", interruptions=[es.Interruption("COVID-19", START, effects=("level",))]
)
print(model.describe())
model.waves().tail(7).round(3)

# %% [markdown]
# ## 7. Would a smaller jump have been seen?
#
# Power of the same plan, by simulation, for a jump half as large and errors of the size seen here.

# %%
plan = PlannedSeries([float(year) for year in years], start=float(START), level=LEVEL / 2, sd=0.06)
power = power_of(plan, rng=np.random.default_rng(1), replications=300, estimator="ols")
pd.DataFrame([{"effect": row.effect, "power": row.power} for row in power.rows]).round(2)

# %% [markdown]
# ## The numbers of this notebook
#
# The planted effect lies within every interval.

# %%
level, slope = (fit.effect("COVID-19", f"{kind} change") for kind in ("level", "slope"))
assert level.conf_low < LEVEL < level.conf_high
assert slope.conf_low < SLOPE < slope.conf_high
assert level.conf_low > 0
for row in fit.effects:
    if row.effect == "effect":
        truth = planted(row.date) - planted(row.date, effect=False)
        assert row.absolute_low < truth < row.absolute_high
assert gap.verdict == "not distinguishable from"
assert len(series.rows) == 18

# %% [markdown]
# ## Things to try
#
# - `es.calibrate(panel, es.population_margins(2024), ...)` for weights that LISS does not deliver.
# - `estimator="ols"` and `"newey_west"`, and compare the intervals.
# - `eenzaam-stats trend series.csv --interruption "COVID-19:2020" --checks` with the tidy frame.
