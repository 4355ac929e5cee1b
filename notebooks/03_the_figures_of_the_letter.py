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
# # The figures of the letter
#
# The letter of 10 April 2025 makes eighty statements. Each has a row in a ledger: what is printed,
# what comes out when it is recomputed from packaged published figures, a verdict and the evidence.
# This notebook reads the ledger, follows a few rows to their sources and draws some of the figures.
# Nothing is fetched and no respondent is needed.

# %%
import platform

import matplotlib.pyplot as plt
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.letter.report import as_data, compose

print(platform.python_version(), es.__version__)

# %% [markdown]
# ## 1. Every statement with its verdict
#
# `eenzaam-stats letter` writes this as a page, a table and a JSON file; here it is a frame.

# %%
report = compose(language="en")
ledger = pd.DataFrame(as_data(report)["claims"]).set_index("id")
ledger["verdict"].value_counts()

# %%
numbers = ledger[ledger["verdict"] != "qualitative"]
numbers[["printed", "recomputed", "verdict", "evidence"]].head(12)

# %% [markdown]
# ## 2. How a verdict comes about
#
# A verdict compares the outcome with the room that the printed number leaves, and is never better
# than its weakest evidence: a figure from a newspaper cannot make a statement "reproduced".

# %%
pd.crosstab(numbers["evidence"], numbers["verdict"])

# %%
one = ledger.loc["persons-854-thousand"]
one.drop("input_values")

# %% [markdown]
# ## 3. Do one by hand
#
# One third of the severely lonely, as a number of people: the printed 854 thousand is a third of
# 14.2 per cent of *all* residents. Of those of 18 and over, whom the survey asked, it is fewer.

# %%
national = es.reference("gezondheidsmonitor").query(
    "wave == '2022' and outcome == 'severely_lonely' and dimension == 'total'"
    " and sex == 'total' and evidence == 'primary'"
)
severely = float(national["value"].iloc[0]) / 100
people = es.reference("population").query("edition == 'cbs_observed'")
residents = people.groupby("year")["persons"].sum()
adults = people.query("age_low >= 18").groupby("year")["persons"].sum()
thirds = {
    "all residents, 1-1-2025": severely * residents[2025] / 3,
    "people of 18 and over, 1-1-2022": severely * adults[2022] / 3,
}
pd.Series(thirds).round(0)

# %% [markdown]
# The report draws the same two bars, with the number of the letter as a line:

# %%
figures = {figure.id: figure for figure in report.figures}
thousands = figures["persons-854-thousand"].data
_, axes = plt.subplots(figsize=(6.6, 4.0), layout="constrained")
axes = es.plots.bars(
    axes,
    thousands,
    text=es.plots.NumberText("en", decimals=1),
    ylabel="thousand people, one third of 14.2%",
    target=(854.0, "the letter"),
)

# %% [markdown]
# ## 4. Statements that cannot be reproduced
#
# "Not reproducible" does not mean wrong. It says which source was not read or is not public.

# %%
missing = ledger[ledger["verdict"] == "not_reproducible"]
missing[["statement", "caveat"]]

# %% [markdown]
# ## 5. A number with more than one outcome
#
# The growth to 2050 depends on the population forecast. The ledger keeps every outcome, and the
# figure of the report carries the table that it was drawn from.

# %%
figures["projection-2050"].data.head(8)

# %%
growth = ledger.loc["rivm-6.8-to-7.6-million"]
print(growth["printed"], "|", growth["recomputed"], "|", growth["verdict"])

# %% [markdown]
# ## The numbers of this notebook

# %%
counts = ledger["verdict"].value_counts()
assert counts.sum() == 80
assert counts["reproduced"] >= 18
assert counts["not_reproducible"] == len(missing) == 6
assert round(thirds["all residents, 1-1-2025"] / 1000) == 854
assert round(thirds["people of 18 and over, 1-1-2022"] / 1000) == 676
assert thousands["value"].round(0).tolist() == [854, 676]

# %% [markdown]
# ## Things to try
#
# - `eenzaam-stats letter --lang nl` and open `letter_output/letter.html`.
# - `compose(language="nl")` for the same ledger in Dutch.
# - `eenzaam-stats letter --check` after a change of your own: exit code 4 when a number has moved.
