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
# # Projecting to 2050
#
# How many people will be lonely in 2050, why is that more than now, and how far can the number be
# trusted? The first half uses published percentages and population tables; the second half
# estimates waves from **synthetic** files, whose numbers say nothing about the Netherlands.

# %%
import platform
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.trend.projection.hindcast import hindcast
from eenzaam_stats.trend.projection.projection_options import PopulationError, ProjectionOptions

print(platform.python_version(), es.__version__)

# %% [markdown]
# ## 1. The same prevalence, another population
#
# The published percentages of 2022 stay what they are at each age; only the population moves. The
# people of 2022-2024 are counted, those after come from a forecast. Two of the three forecasts are
# derived and not official: only the Kernprognose 2016 is published by age in a form that can be
# packaged.

# %%
counted = ProjectionOptions(base_population="cbs_observed")
editions = ("cbs_kernprognose_2016", "derived_A", "derived_B")
futures = {
    name: es.project("gezondheidsmonitor", name, options=counted, rng=np.random.default_rng(1))
    for name in editions
}
pd.DataFrame(
    {
        "official": [one.model.official for one in futures.values()],
        "2022": [one.row(2022).persons / 1e6 for one in futures.values()],
        "2050": [one.row(2050).persons / 1e6 for one in futures.values()],
        "growth_percent": [
            100 * (one.row(2050).persons / one.row(2022).persons - 1) for one in futures.values()
        ],
    },
    index=editions,
).round(2)

# %% [markdown]
# The choice of the forecast moves the answer by three quarters of a million people. Everything that
# a reader must know comes with the number:

# %%
print(futures["derived_A"].describe())

# %%
axes = es.plots.projection(futures["derived_A"], language="en")

# %% [markdown]
# ## 2. Why it changes, and where
#
# *Why*: more people, older people, or another prevalence at the same age. *Where*: in which age
# band the additional people are. The two answer different questions: most of the rise is found
# among the oldest, and yet most of it comes from there being more people of all ages.

# %%
parts = es.decompose(futures["derived_A"])
axes = es.plots.change(parts, language="en")

# %% [markdown]
# ## 3. How wrong was the last forecast?
#
# The Kernprognose 2016 can be checked: the years 2017-2025 have been counted.

# %%
published = {(18, 74): 0.4784, (75, 84): 0.52, (85, None): 0.63}
checked = hindcast(published, base_year=2022)
errors = checked.tidy().query("sex == 'total' and year == 2025")
errors[["group", "forecast", "observed", "error_percent"]].round(1)

# %% [markdown]
# ## 4. A trend instead of a constant prevalence
#
# Four synthetic waves, in the real layouts, weighted as the codebook says. The first two cover 19
# and over and the others 18 and over: pooling them needs an explicit word.

# %%
folder = Path(tempfile.mkdtemp())
surveys = []
for wave in (2012, 2016, 2020, 2022):
    file = folder / f"gm{wave}.sav"
    es.synthesise("gezondheidsmonitor", file, wave=wave, n=6_000, seed=wave)
    surveys.append(es.score(es.read_gezondheidsmonitor(file, wave=wave), es.DJG11))
waves = es.combine(surveys, allow=("age_floor",))
by_age_and_sex = es.prevalence(waves, "lonely", by=["wave", "age_group", "sex"])
by_age_and_sex.tidy().query("sex == 'women'").pivot_table(
    index="age_group", columns="wave", values="estimate"
).round(2)

# %%
damped = es.project(
    by_age_and_sex,
    "derived_A",
    scenario=es.scenarios.TrendScenario(wave_weight={2020: 0.5, 2022: 0.5}),
    options=counted,
    rng=np.random.default_rng(2),
)
axes = es.plots.projection(damped, language="en")

# %% [markdown]
# The dashed line is constant prevalence, which every scenario brings along. A straight line
# that never bends gives far more:

# %%
straight = es.project(
    by_age_and_sex,
    "derived_A",
    scenario=es.scenarios.TrendScenario(damping=(1.0,)),
    options=counted,
)
cohorts = es.project(
    by_age_and_sex, "derived_A", scenario=es.scenarios.CohortShift(), options=counted
)
pd.Series(
    {
        "constant": damped.constant_prevalence.row(2050).persons,
        "cohorts keep their prevalence": cohorts.row(2050).persons,
        "damped trend": damped.row(2050).persons,
        "undamped trend": straight.row(2050).persons,
    }
).div(1e6).round(2)

# %% [markdown]
# ## 5. What makes it unsure
#
# Each source of error alone, as a share of all. In the first years it is the survey, in 2050 the
# population. Correlations between the errors of ages and years are nobody's published number: try
# others.

# %%
axes = es.plots.projection(damped, "sources", language="en")

# %%
independent = ProjectionOptions(
    base_population="cbs_observed",
    population=PopulationError(between_years=0.9, between_ages=0.0),
)
loose = es.project(by_age_and_sex, "derived_A", options=independent, rng=np.random.default_rng(3))
pd.DataFrame(
    {
        name: {
            band: (one.row(2050, band).inner_high - one.row(2050, band).inner_low) / 1e3
            for band in ("all", "75-84", "85+")
        }
        for name, one in (("ages together", damped.constant_prevalence), ("ages apart", loose))
    }
).round(0)

# %%
axes = es.plots.projection(damped, "pyramid", language="en")

# %% [markdown]
# ## The numbers of this notebook

# %%
millions = [round(one.row(2050).persons / 1e6, 2) for one in futures.values()]
assert millions == [7.29, 7.72, 8.04]
effects = {one.part: one.persons for one in parts.effects}
change = futures["derived_A"].row(2050).persons - futures["derived_A"].row(2022).persons
assert abs(sum(effects.values()) - change) < 1e-6
assert abs(effects["prevalence"]) < 1e-6
oldest = errors.set_index("group")["error_percent"]
assert round(oldest["18+"], 1) == -3.2
assert round(oldest["85+"], 1) == 7.6
assert (
    damped.constant_prevalence.row(2050).persons
    < damped.row(2050).persons
    < straight.row(2050).persons
)

# %% [markdown]
# ## Things to try
#
# - `es.project(..., to=2040)` with the Kernprognose 2016, and look at the hindcast again.
# - `es.scenarios.UserScenario(frame)` with prevalences that a policy aims at.
# - `eenzaam-stats project --edition derived_A --base-population cbs_observed --json`.
