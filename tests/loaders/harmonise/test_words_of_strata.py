"""Strata and weights of text that hold a word for no value, one letter in two forms, or zeros.

All formats and words give one stratum, one number, or a refusal that says what to write.
"""

from __future__ import annotations

import pandas as pd
import pytest

from eenzaam_stats.cell_text import may_be_thousands
from eenzaam_stats.errors import AmbiguousNumberError, DesignError
from eenzaam_stats.keys import key_text
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey


@pytest.mark.parametrize(
    "word", ["onbekend", "Onbekend", "nvt", "N.v.t.", "leeg", "Missing", "geen opgave", "unknown"]
)
def test_a_word_for_no_value_is_no_stratum(word):
    raw = RawColumn("s", pd.Series(["N", word, "Z"], dtype=object), pd.Series([1, 2, 3]), {}, ())
    assert raw.blank_words() == {word: 1}


@pytest.mark.parametrize("code", ["DK", "REF", "NAP", "KA", "Noord", "Nijmegen", "A2"])
def test_a_short_code_is_a_value(code):
    raw = RawColumn("s", pd.Series(["N", code], dtype=object), pd.Series([1, 2]), {}, ())
    assert raw.blank_words() == {}


@pytest.mark.parametrize(
    "forms",
    [
        ("Frysl\u00e2n", "Frysla\u0302n"),
        ("Zuid Holland", "Zuid\u00a0Holland"),
        ("Zuid Holland", "Zuid  Holland"),
        ("NL 1", " NL\t1 "),
    ],
)
def test_one_name_in_two_forms_is_one_key(forms):
    assert len(set(key_text(pd.Series(list(forms), dtype=object)))) == 1


@pytest.mark.parametrize(("text", "number"), [("01.234", 1234), ("001,234", 1234), ("0.234", None)])
def test_zeros_in_front_do_not_settle_a_separator(text, number):
    assert may_be_thousands(text) == number


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".dta", ".parquet"])
def test_files_of_every_format_are_refused_with_what_to_write(tmp_path, suffix):
    raw = mapping()
    raw["design"] = {"weight": "w", "stratum": "s"}
    file_mapping = write_mapping(raw, tmp_path / "m.toml")
    frame = people().assign(s=["onbekend", "N", "Z"] * 20)
    with pytest.raises(DesignError, match=r"\['onbekend'\] mean that it is blank.*keep_words"):
        read_mapped(write_survey(frame, tmp_path / f"x{suffix}"), file_mapping)
    kept = read_mapped(tmp_path / f"x{suffix}", file_mapping, keep_words={"s": ["onbekend"]})
    assert set(kept.respondents["stratum"]) == {"onbekend", "N", "Z"}
    padded = people().astype({"w": object}).assign(w=["01.234", "987"] * 30)
    with pytest.raises((AmbiguousNumberError, DesignError), match="decimal= for the sign"):
        read_mapped(write_survey(padded.assign(s="N"), tmp_path / f"y{suffix}"), file_mapping)
