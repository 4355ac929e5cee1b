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
from textwrap import fill

import pandas as pd
from IPython.display import Image

import eenzaam_stats as es
from eenzaam_stats.letter.report import as_data, compose

pd.set_option("display.max_colwidth", 160)
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
# The first chapter of the report opens with the three surveys. A figure brings its title, source
# line and numbers along; `pictures()` gives it as PNG and SVG.

# %%
figures = {figure.id: figure for figure in report.figures}
Image(figures["prevalence-by-source"].pictures()["png"], width=720)

# %%
figures["prevalence-by-source"].data.iloc[:, :5]

# %% [markdown]
# ## 2. How a verdict comes about
#
# A verdict compares the outcome with the range that the printed number leaves, and is never better
# than its weakest evidence: a figure from a newspaper cannot make a statement "reproduced".

# %%
pd.crosstab(numbers["evidence"], numbers["verdict"])

# %%
one = ledger.loc["persons-854-thousand"]
one[["statement", "printed", "recomputed", "verdict", "evidence", "method", "caveat"]].to_frame()

# %%
pd.DataFrame(one["input_values"])[["table", "what", "value", "evidence"]]

# %% [markdown]
# ## 3. Do three by hand
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
# The report draws the same two numbers, with that of the letter as a line:

# %%
Image(figures["persons-854-thousand"].pictures()["png"], width=620)

# %% [markdown]
# "Nine to ten per cent" of the Dutch in the European survey: the package holds the share with and
# without those who gave no answer, and both bases. The same people must stand behind both.

# %%
answers = es.reference("eu_loneliness_survey").query(
    "group == 'Netherlands' and sex == 'total' and value.notna()"
    " and outcome == 'mostly_or_always_lonely'"
)
answers[["threshold", "value", "n", "evidence"]]

# %%
both = answers.set_index("n")["value"]
often = {int(n): round(n * value / 100) for n, value in both.items()}
print(often, "people in both bases; the letter:", ledger.loc["eu-ls-2022-netherlands", "printed"])

# %% [markdown]
# And the 3.5 points between the two Dutch surveys of 2022, from their own tables:

# %%
cbs = es.reference("ssw").query(
    "wave == '2022' and outcome == 'severely_lonely' and dimension == 'total' and sex == 'total'"
)
points = 100 * severely - float(cbs["value"].iloc[0])
print(f"{points:.1f} points; the ledger: {ledger.loc['instruments-differ', 'recomputed']}")

# %% [markdown]
# ## 4. Statements that cannot be reproduced
#
# "Not reproducible" does not mean wrong. It says which source was not read or is not public.

# %%
missing = ledger[ledger["verdict"] == "not_reproducible"]
missing[["statement", "caveat"]]

# %% [markdown]
# One of them in full. The statement may well be true: the study that it rests on gives figures per
# age and year only in a supplement, which was not read, and the CBS series is too short to speak
# about 2008. Without the values there is nothing to compute with, so the ledger computes nothing.

# %%
young = ledger.loc["young-slight-rise-since-2008"]
for part in ("statement", "verdict", "method", "caveat", "source_url"):
    print(fill(f"{part}: {young[part]}", width=96))

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
print(fill(growth["caveat"], width=96))

# %% [markdown]
# ## The numbers of this notebook

# %%
counts = ledger["verdict"].value_counts()
assert counts.sum() == 80
assert counts["reproduced"] >= 18
assert counts["not_reproducible"] == len(missing) == 6
assert round(thirds["all residents, 1-1-2025"] / 1000) == 854
assert round(thirds["people of 18 and over, 1-1-2022"] / 1000) == 676
assert figures["persons-854-thousand"].data["value"].round(0).tolist() == [854, 676]
assert round(points, 1) == 3.5
assert set(often.values()) == {99}
assert young["verdict"] == "not_reproducible"
assert growth["verdict"] == "consistent"

# %% [markdown]
# ## Things to try
#
# - `eenzaam-stats letter --lang nl` and open `letter_output/letter.html`.
# - `compose(language="nl")` for the same ledger in Dutch.
# - `eenzaam-stats letter --check` after a change of your own: exit code 4 when a number has moved.
