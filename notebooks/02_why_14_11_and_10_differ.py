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
# # Why 14, 11 and 10 per cent differ
#
# Three surveys of 2022 gave three percentages for the Netherlands. This notebook takes them apart:
# the same people scored with two scales, other thresholds, another age floor, another treatment of
# missing answers. Respondents are **synthetic**; published figures are named as such.

# %%
import platform
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Image

import eenzaam_stats as es

pd.set_option("display.max_colwidth", 80)
print(platform.python_version(), es.__version__)

# %% [markdown]
# ## 1. The three published figures
#
# Another instrument, another threshold, other people. The EU figure stands there twice, because it
# depends on what is done with those who gave no answer.

# %%
columns = ["source", "instrument", "threshold", "age_floor", "value", "evidence"]


def published(table, outcome, dimension="total", group="total"):
    """Published figure of 2022 for both sexes."""
    rows = es.reference(table)
    wanted = {"wave": "2022", "outcome": outcome, "dimension": dimension, "group": group}
    for name, value in {**wanted, "sex": "total"}.items():
        rows = rows[rows[name] == value]
    rows = rows[rows["evidence"] != "unverified"]
    return rows[columns]


eu = es.reference("eu_loneliness_survey")
dutch = eu.query("group == 'Netherlands' and sex == 'total' and value.notna()")
three = pd.concat(
    [
        published("gezondheidsmonitor", "severely_lonely"),
        published("ssw", "severely_lonely"),
        dutch.query("outcome == 'mostly_or_always_lonely'")[columns],
    ],
    ignore_index=True,
)
three

# %% [markdown]
# ## 2. The same people, two scales
#
# A synthetic Gezondheidsmonitor has eleven items. Six of them are the short scale of CBS. Both
# scores stand beside each other for the same respondents, with the same weights.

# %%
folder = Path(tempfile.mkdtemp())
es.synthesise("gezondheidsmonitor", folder / "gm.sav", wave=2022, n=30_000)
survey = es.score(es.read_gezondheidsmonitor(folder / "gm.sav", wave=2022), es.DJG11)
survey = es.score(survey, es.DJG6, flags="prefixed")

rules = {
    "severely_lonely": "11 items, 9 or more",
    "djg6_severely_lonely": "6 items, 5 or more",
    "lonely": "11 items, 3 or more",
    "djg6_lonely": "6 items, 2 or more",
}


def percentages(sample, outcomes):
    """Estimate and interval per outcome, in per cent."""
    rows = {name: es.prevalence(sample, name).rows[0] for name in outcomes}
    return pd.DataFrame(
        {
            "rule": [rules[name] for name in rows],
            "percent": [100 * row.estimate for row in rows.values()],
            "low": [100 * row.conf_low for row in rows.values()],
            "high": [100 * row.conf_high for row in rows.values()],
            "missing": [row.n_missing for row in rows.values()],
        },
        index=list(rows),
    )


same_people = percentages(survey, rules)
same_people.round(1)

# %% [markdown]
# In these made-up answers the short scale with its cut-off of 5 marks somewhat *more* people than
# the long one with 9. So the scale alone does not turn 14 into 11: a real file must say, and only a
# file with all eleven items can.

# %%
frame = survey.respondents
both = pd.crosstab(
    frame["severely_lonely"].rename("11 items"), frame["djg6_severely_lonely"].rename("6 items")
)
both

# %% [markdown]
# The two rules also pick different people: many are severely lonely by one rule only.

# %%
long = survey.respondents[["djg11_total", "djg6_total"]].dropna().astype(int)
cutoffs = pd.DataFrame(
    {
        "scale": ["11 items"] * 4 + ["6 items"] * 3,
        "at_least": [7, 8, 9, 10, 4, 5, 6],
    }
)
cutoffs["percent_unweighted"] = [
    100 * (long["djg11_total" if scale == "11 items" else "djg6_total"] >= least).mean()
    for scale, least in zip(cutoffs["scale"], cutoffs["at_least"], strict=True)
]
cutoffs.round(1)

# %% [markdown]
# One point up or down on a cut-off moves the percentage by more than the three surveys differ. Real
# figures say the same: 48.6 per cent have 3 or more and 14.2 per cent 9 or more, so each of the six
# scores between holds 5.7 per cent on average.

# %%
english = es.plots.NumberText("en", decimals=1)
with es.plots.canvas(width=7.2, height=2.8) as axes:
    axes = es.plots.dots(
        axes,
        same_people.assign(
            label=same_people["rule"], series="SYNTHETIC respondents", value=same_people["percent"]
        ),
        text=english,
        xlabel="per cent of SYNTHETIC respondents, with 95% interval",
    )
    picture = es.plots.png(axes, dpi=100)
Image(picture)

# %% [markdown]
# ## 3. Another age floor
#
# CBS starts at 15, the Gezondheidsmonitor at 18. How much can three years of age matter? Published
# figures of CBS for 15-24 and for everyone, with the number of people of 15-17:

# %%
young = float(published("ssw", "severely_lonely", "age", "15-24")["value"].iloc[0])
everyone = float(published("ssw", "severely_lonely")["value"].iloc[0])
people = es.reference("population").query("edition == 'cbs_observed' and year == 2022")
of_15_to_17 = people.query("age_low >= 15 and age_low < 18")["persons"].sum()
of_15_and_over = people.query("age_low >= 15")["persons"].sum()
share = of_15_to_17 / of_15_and_over
without = (everyone - share * young) / (1 - share)
print(
    f"people of 15-17 are {share:.1%} of 15 and over; leaving them out moves {everyone} to "
    f"{without:.2f} if they are as lonely as 15-24"
)

# %% [markdown]
# ## 4. A direct question, and what is done with no answer
#
# The EU survey asked six items of the scale, three of UCLA and one direct question of the same
# people. The file is a **synthetic** file of it.

# %%
es.synthesise("eu_loneliness_survey", folder / "eu_values.csv", n=27_000, seed=3)
european = es.read_eu_survey(folder / "eu_values.csv", country="Netherlands")
european = es.score(european, es.DJG6)
european = es.score(european, es.UCLA3, flags="prefixed")
european = es.score(european, es.DIRECT, flags="prefixed")
flags = [name for name in european.respondents.columns if str(name).endswith("lonely")]
direct = next(name for name in flags if name.startswith("direct"))
rows = {name: es.prevalence(european, name).rows[0] for name in ("severely_lonely", direct)}
asked = pd.DataFrame(
    {
        "percent": [100 * row.estimate for row in rows.values()],
        "low": [100 * row.conf_low for row in rows.values()],
        "high": [100 * row.conf_high for row in rows.values()],
        "answered": [row.n_valid for row in rows.values()],
        "missing": [row.n_missing for row in rows.values()],
    },
    index=["6 items, 5 or more", "direct question, often or always"],
)
asked.round(1)

# %% [markdown]
# How many fewer the direct question finds in this file follows from how it was made, and says
# nothing about people.
#
# In the real file 965 of 1,008 Dutch respondents answered the direct question. Leaving the others
# out gives 10.26 per cent; counting them as not lonely, which nobody knows, gives 9.82.

# %%
dutch.query("outcome == 'mostly_or_always_lonely'")[["threshold", "value", "n", "evidence"]]

# %% [markdown]
# ## 5. Which part is what
#
# How far one choice moves the percentage when nothing else changes, beside the distance between the
# published figures, and beside weights and chance. Rows named SYNTHETIC show how it works, not how
# large it is among people.

# %%
unweighted = 100 * es.prevalence(survey, "severely_lonely", weights=None).rows[0].estimate
one_point = cutoffs.set_index(["scale", "at_least"])["percent_unweighted"]
percent = same_people["percent"]
answered, counted = (float(value) for value in dutch.dropna(subset="value")["value"].head(2))
chance = 100 * 1.96 * (0.1026 * (1 - 0.1026) / 965) ** 0.5
steps = pd.DataFrame(
    [
        ("6 items for 11, own cut-offs", percent.iloc[1] - percent.iloc[0], "SYNTHETIC"),
        (
            "cut-off 8 for 9, 11 items",
            one_point["11 items", 8] - one_point["11 items", 9],
            "SYNTHETIC",
        ),
        ("one score between 3 and 9, mean", (48.6 - 14.2) / 6, "from published figures"),
        (
            "cut-off 4 for 5, 6 items",
            one_point["6 items", 4] - one_point["6 items", 5],
            "SYNTHETIC",
        ),
        (
            "direct question for 6 items",
            asked["percent"].iloc[1] - asked["percent"].iloc[0],
            "SYNTHETIC",
        ),
        ("no weights", unweighted - percent.iloc[0], "SYNTHETIC"),
        ("age floor 18 for 15", without - everyone, "from published figures"),
        ("no answer counted as no", counted - answered, "from published figures"),
        ("chance, 965 answers (half interval)", chance, "from published figures"),
        ("14.2 to 10.7, the surveys", 14.2 - 10.7, "from published figures"),
        ("10.7 to 10.26, the surveys", 10.7 - 10.26, "from published figures"),
    ],
    columns=["label", "points", "series"],
)
steps.round(2)

# %%
with es.plots.canvas(width=7.6, height=4.0) as axes:
    drawn = steps.assign(value=steps["points"].abs(), low=float("nan"), high=float("nan"))
    axes = es.plots.dots(axes, drawn, text=english, xlabel="moves by, percentage points")
    picture = es.plots.png(axes, dpi=100)
Image(picture)

# %% [markdown]
# - **Threshold**: one point on the cut-off is worth more than the whole distance between 14 and 11.
# - **Question**: a direct question is another instrument; how far it is from six items needs real
#   answers to both.
# - **Age base and missing answers**: well under half a point each.
# - **Items**: the short scale with its own cut-off does not by itself lower 14 to 11 in these
#   made-up answers. What is left of the 3.5 points is whom a survey reached and how it asked, which
#   no published figure can separate.
# - The EU figure is not far enough from the one of CBS to be told from it by chance alone.
#
# A percentage without its instrument and threshold is no figure. The three are no series and no
# contradiction: compare a source with itself. `es.combine` refuses to pool them unless each
# difference is allowed by name.

# %%
values = three["value"].round(1).tolist()
assert values[:2] == [14.2, 10.7]
assert set(dutch["value"].dropna().round(2)) >= {10.26, 9.82}
assert abs(percent["severely_lonely"] - 14.2) < 1.0
assert 0 < percent["djg6_severely_lonely"] - percent["severely_lonely"] < 3.0
moves = steps.set_index("label")["points"]
assert moves["cut-off 8 for 9, 11 items"] > 14.2 - 10.7
assert moves["cut-off 4 for 5, 6 items"] > 14.2 - 10.7
assert moves["direct question for 6 items"] < -2.0
assert -0.1 < moves["age floor 18 for 15"] < 0
assert round(moves["no answer counted as no"], 2) == -0.44
assert round(chance, 1) == 1.9

# %% [markdown]
# ## Things to try
#
# - Another `seed` of `synthesise`: which of the steps are noise?
# - `es.prevalence(survey, "severely_lonely", by="age_group")`: a survey of 65 and over, say.
# - `es.combine([survey, european])` and read the refusal.
