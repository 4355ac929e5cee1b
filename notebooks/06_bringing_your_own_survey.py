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
# # Bringing your own survey
#
# Your file has its own column names and codes. A mapping says once what they mean; after that the
# file is a source like any other. The file here is **synthetic** and odd on purpose: Dutch words,
# reversed answer order, two codes for a missing answer, a weight with a decimal comma.

# %%
import platform
import tempfile
from contextlib import chdir
from pathlib import Path

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.cli.main import run
from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.tables import csv_text

print(platform.python_version(), es.__version__)
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## 1. The file

# %%
rng = np.random.default_rng(20240521)
n = 2_400
district = rng.choice(["Noord", "Oost", "Zuid", "West", "Haven"], n, p=[0.3, 0.3, 0.2, 0.18, 0.02])
latent = rng.normal(0, 1, n) + 0.5 * (district == "Haven")
asked = {"v31": -0.3, "v32": 0.2, "v33": -0.1, "v34": 0.1, "v35": 0.0, "v36": 0.3}
made = pd.DataFrame({"respnr": np.arange(1, n + 1), "wijk": district})
for name, ease in asked.items():
    lonely = latent + ease + rng.normal(0, 1, n) > 1.5
    unsure = rng.random(n) < 0.12
    emotional = name in ("v31", "v32", "v33")
    yes, no = ("ja", "nee") if emotional else ("nee", "ja")
    answer = np.where(unsure, "min of meer", np.where(lonely, yes, no))
    answer = np.where(rng.random(n) < 0.02, "wil niet zeggen", answer)
    made[name] = np.where(rng.random(n) < 0.01, "weet niet", answer)
made["geslacht"] = rng.choice(["v", "m"], n)
made["leeftijd"] = rng.integers(18, 95, n)
made["gewicht"] = [f"{w:.3f}".replace(".", ",") for w in rng.uniform(0.5, 2.0, n)]
made.to_csv(folder / "eigen.csv", sep=";", index=False)
print((folder / "eigen.csv").read_text("utf-8")[:240])

# %% [markdown]
# ## 2. A template
#
# `eenzaam-stats codebook template djg6 mapping.toml` writes a file to fill in, with an explanation
# beside every line; `run` is the same command from Python.

# %%
with chdir(folder):
    run(["codebook", "template", "djg6", "template.toml", "--quiet"])
template = (folder / "template.toml").read_text("utf-8")
print(template[:620])

# %% [markdown]
# A template that is not filled in is no mapping, and the check says so line by line.

# %%
code = run(["codebook", "check", str(folder / "template.toml")])
print("exit code", code)

# %% [markdown]
# ## 3. Fill it in
#
# The direction of the answers is stated here and nowhere else. Items 3, 9 and 10 of the scale ask
# about missing something, items 4, 7 and 8 about having someone; the scale knows that, so yes means
# yes in both.

# %%
items = {"djg_3": "v31", "djg_9": "v32", "djg_10": "v33", "djg_4": "v34", "djg_7": "v35"}
items |= {"djg_8": "v36"}
ITEM = """
[[variable]]
name = "{name}"
column = "{column}"
[variable.codes]
"ja" = "yes"
"min of meer" = "more_or_less"
"nee" = "no"
[variable.missing]
"wil niet zeggen" = "refused"
"weet niet" = "dont_know"
"""
HEAD = """
[source]
name = "synthetic_survey"
title = "SYNTHETIC survey of a town"
wave = 2024
age_floor = 18
households = "private"
instrument = "DJG6"
evidence = "user"

[design]
weight = "gewicht"
single_psu = "fail"
"""
PEOPLE = """
[[variable]]
name = "person_id"
column = "respnr"
text = true

[[variable]]
name = "sex"
column = "geslacht"
[variable.codes]
"m" = "men"
"v" = "women"

[[variable]]
name = "age"
column = "leeftijd"
number = true
min = 18
max = 120

[[variable]]
name = "region"
column = "wijk"
[variable.codes]
"Noord" = "Noord"
"Oost" = "Oost"
"Zuid" = "Zuid"
"West" = "West"
"Haven" = "Haven"
"""
mapping = HEAD + "".join(ITEM.format(name=n, column=c) for n, c in items.items()) + PEOPLE
(folder / "mapping.toml").write_text(mapping, "utf-8")
print("exit code", run(["codebook", "check", str(folder / "mapping.toml")]))

# %% [markdown]
# ## 4. Read

# %%
survey = es.read_mapped(folder / "eigen.csv", folder / "mapping.toml")
survey.report

# %% [markdown]
# ## 5. What a mistake looks like
#
# Three mappings that are wrong: an answer that was forgotten, a column that is not there, and
# answers that were turned around. None of them gives a percentage.


# %%
def tried(text):
    """What the reading or the scoring of a wrong mapping says."""
    (folder / "wrong.toml").write_text(text, "utf-8")
    try:
        es.score(es.read_mapped(folder / "eigen.csv", folder / "wrong.toml"), es.DJG6)
    except EenzaamStatsError as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was noticed"


forgotten = tried(mapping.replace('"weet niet" = "dont_know"\n', ""))
absent = tried(mapping.replace('column = "v36"', 'column = "v37"'))
emotional = mapping.split("[[variable]]")
turned = tried(
    "[[variable]]".join(
        part.replace('"ja" = "yes"', '"ja" = "no"').replace('"nee" = "no"', '"nee" = "yes"')
        if 'name = "djg_4"' in part or 'name = "djg_7"' in part or 'name = "djg_8"' in part
        else part
        for part in emotional
    )
)
for said in (forgotten, absent, turned):
    print(said, "\n")

# %% [markdown]
# ## 6. Score, estimate, hide what is too small
#
# Inside the secure environment every district is seen:

# %%
survey = es.score(survey, es.DJG6)
by_district = es.prevalence(survey, "lonely", by="region")
by_district.details()[["region", "estimate", "conf_low", "conf_high", "n_valid", "n_missing"]]

# %% [markdown]
# `gm_report`, the rule of the national report of the Gezondheidsmonitor, hides a percentage of
# fewer than 50 people: Haven. One hidden district could be found from the others and the total, so
# a second one is hidden with it.

# %%
released = es.suppress(by_district, profile="gm_report")
released.tidy()[["region", "estimate", "conf_low", "conf_high", "n_valid", "flag"]].round(3)

# %%
axes = es.plots.prevalence(released, language="nl")

# %% [markdown]
# ## 7. Hand it on
#
# A table with Dutch numbers for a spreadsheet, in per cent. What is hidden stays empty, never 0.

# %%
shares = ["estimate", "conf_low", "conf_high"]
table = released.tidy()[["region", *shares, "n_valid", "flag"]]
table[shares] = (100 * table[shares]).round(1)
(folder / "eenzaam_per_wijk.csv").write_text(csv_text(table, dialect="dutch_excel"), "utf-8")
print((folder / "eenzaam_per_wijk.csv").read_text("utf-8"))

# %% [markdown]
# ## The numbers of this notebook

# %%
rows = {row.group[0]: row for row in released.rows}
assert len(rows) == 5
assert str(rows["Haven"].flag) == "suppressed"
assert np.isnan(rows["Haven"].estimate)
everyone = es.prevalence(survey, "lonely").rows[0]
assert everyone.n_valid + everyone.n_missing == n
assert round(everyone.estimate, 3) == 0.423
hidden = [name for name, row in rows.items() if str(row.flag) == "suppressed"]
assert sorted(hidden) == ["Haven", "West"]
kinds = dict(everyone.missing)
assert kinds["refused"] > kinds["dont_know"] > 0
assert "weet niet" in forgotten
assert "v37" in absent
assert turned != "nothing was noticed"

# %% [markdown]
# ## Things to try
#
# - `es.prevalence(survey, "lonely", by=["region", "sex"])` and suppress it together with the
#   margins: `es.suppress([cells, margin])`.
# - A stratum or a cluster: one line each under `[design]`.
# - `eenzaam-stats prevalence eigen.csv --source mapped --mapping mapping.toml --outcome lonely`.
