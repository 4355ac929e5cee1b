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
from IPython.display import Image

import eenzaam_stats as es
from eenzaam_stats.estimation import with_age_bands
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.synthetic.liss import synthesise_liss
from eenzaam_stats.trend.panel.dropout import check_dropout
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import leave_one_wave_out
from eenzaam_stats.trend.series.placebo import placebo_in_time
from eenzaam_stats.trend.series.plan import SeriesOptions
from eenzaam_stats.trend.series.power import PlannedSeries, find_power

pd.set_option("display.max_colwidth", 110)
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
# People leave. When leaving depends on what was answered before, means per wave mislead; the check
# compares those who stayed with those who did not. Here leaving was drawn at random, so it finds
# nothing; in a real panel expect a warning.

# %%
dropout = check_dropout(panel, "lonely")
print(dropout.message)

# %% [markdown]
# ## 3. From waves to a series
#
# LISS has no weights. Each wave is calibrated to the residents of its own year by age and sex; who
# is under 18, or of unknown age, has no one to stand for and is counted as left out.

# %%
waves = []
for year in years:
    file = next(folder.glob(f"cs{year % 100:02d}*"))
    one = with_age_bands(es.score(es.read_liss(file), es.DJG6))
    one = es.calibrate(one, es.population_margins(year), method="rake", outside="leave_out")
    waves.append(es.prevalence(one, "lonely", by="wave").tidy())
calibrated = pd.concat(waves, ignore_index=True)
series = es.prevalence(panel, "lonely", by="wave", weights=None)
columns = ["estimate", "std_error", "n_valid"]
pd.concat(
    {
        "unweighted": series.tidy().set_index("wave")[columns],
        "calibrated": calibrated.set_index("wave")[columns],
    },
    axis=1,
).round(4).tail(8)

# %% [markdown]
# Calibration moves little here, because the synthetic people were drawn by age and sex to begin
# with, and it makes the errors somewhat larger. It mends what age and sex explain, nothing else.
#
# The model takes the prevalence of each wave with its standard error as known.

# %%
covid = es.Interruption("COVID-19", START)
options = SeriesOptions(at=(2020.0, 2022.0, 2025.0))
fit = es.interrupted_time_series(series, [covid], link="logit", options=options)
print(fit.describe())

# %%
axes = es.plots.interruption(fit, language="en")

# %% [markdown]
# On the logit scale the jump and its decline come near the 0.5 and the −0.1 that were planted. The
# rows named `effect` are the distance to the dashed line at a date; the whole slope change is the
# slope after the interruption, old trend included.

# %%
effects = fit.tidy()
columns = ["effect", "date", "estimate", "conf_low", "conf_high", "df", "p_value"]
effects[columns].round(3)

# %% [markdown]
# The table that reviewers ask for: periods, estimator, errors, autocorrelation and every effect.

# %%
checklist = fit.report().set_index("item")["value"]
checklist.to_frame()

# %% [markdown]
# Breusch-Godfrey asks whether neighbouring residuals still resemble each other. Does the answer
# depend on the weights?

# %%
weighted = es.interrupted_time_series(calibrated, [covid], link="logit", options=options)
both = {"unweighted": fit.tidy(), "calibrated": weighted.tidy()}
shown = ["effect", "date", "estimate", "conf_low", "conf_high"]
pd.concat({name: frame[shown] for name, frame in both.items()}).round(3)

# %% [markdown]
# ## 4. Back on the trend of before?
#
# Another question: not how the series moved, but whether the last wave lies where the old trend
# would have put it. The band is for a new wave, so it is wider than that of the trend itself.

# %%
gap = es.forecast_gap(series, start=START, link="logit")
print(gap.describe())
axes = es.plots.interruption(gap, language="en")

# %% [markdown]
# ## 5. Would any year have done?
#
# A placebo looks for a jump in years without one; leaving out each wave in turn asks whether one
# wave carries the result.

# %%
placebo = placebo_in_time(series, covid, Fitting(link="logit"))
left_out = leave_one_wave_out(series, covid, Fitting(link="logit"))
print(placebo.check.message)
print(left_out.check.message)
axes = es.plots.series_check(placebo, language="en")
axes.margins(y=0.12)

# %% [markdown]
# ## 6. The people themselves
#
# A mixed model follows persons: who stays counts with their own level, and the means per wave are
# standardised to everybody. The jump stands out more, because the same people are compared.

# %%
model = panel_model(panel, "lonely", interruptions=[covid], family="logistic")
print(model.describe())
model.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(3)

# %% [markdown]
# These log-odds are those of one person, and larger than 0.5: people differ, and averaging over
# them flattens a curve. The shares per wave can be compared with the planted ones.

# %%
people = model.waves()
people["planted"] = [planted(year) for year in people["wave"].astype(int)]
parts = {"panel model (SYNTHETIC people)": "estimate", "planted": "planted"}
drawn = pd.concat(
    pd.DataFrame(
        {
            "year": people["wave"].astype(int),
            "value": 100 * people[column],
            "series": name,
            "joined": name,
            "solid": column == "estimate",
            "labelled": people["wave"].astype(int).isin((2020, 2025)) & (column == "estimate"),
        }
    )
    for name, column in parts.items()
)
with es.plots.canvas(width=8.2, height=3.8) as axes:
    text = es.plots.NumberText("en", decimals=1)
    axes = es.plots.lines(axes, drawn, text=text, ylabel="lonely, %", bottom=20)
    axes.set_xticks(range(2008, 2026, 2))
    picture = es.plots.png(axes, dpi=90)
Image(picture)

# %% [markdown]
# ## 7. Would a smaller jump have been seen?
#
# Power of the same plan, by simulation, for a jump half as large and errors of the size seen here
# (0.06 on the logit scale). No change of slope is planned, so its row is the rate of false alarms.

# %%
plan = PlannedSeries([float(year) for year in years], start=float(START), level=LEVEL / 2, sd=0.06)
power = find_power(plan, rng=np.random.default_rng(1), replications=300, estimator="ols")
pd.DataFrame([{"effect": row.effect, "power": row.power} for row in power.rows]).round(2)

# %% [markdown]
# ## The numbers of this notebook
#
# The planted effect lies within every interval: unweighted, calibrated, and of the people.

# %%
for one in (fit, weighted):
    level, slope = (one.effect("COVID-19", f"{kind} change") for kind in ("level", "slope"))
    assert 0 < level.conf_low < LEVEL < level.conf_high
    assert slope.conf_low < SLOPE < slope.conf_high < 0
    for row in one.effects:
        if row.effect == "effect":
            truth = planted(row.date) - planted(row.date, effect=False)
            assert row.absolute_low < truth < row.absolute_high
level = fit.effect("COVID-19", "level change")
assert round(level.estimate, 2) == 0.45
assert gap.verdict == "not distinguishable from"
assert placebo.check.passed
assert left_out.check.passed
assert dropout.passed
assert (abs(people["estimate"] - people["planted"]) < 0.02).all()
assert power.rows[0].power > 0.9
assert power.rows[1].power < 0.1
assert len(series.rows) == len(calibrated) == 18

# %% [markdown]
# ## Things to try
#
# - `effect=False` for the planted share, and see that nothing is found.
# - `estimator="ols"` and `"newey_west"`, and compare the intervals.
# - `eenzaam-stats trend series.csv --interruption "COVID-19:2020" --checks` with the tidy frame.
