"""The map of tiles: every region once, values and classes as printed, no colour without a value."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest
from matplotlib.colors import to_hex

from eenzaam_stats import plots
from eenzaam_stats.errors import SchemaError, UnknownCodeError
from eenzaam_stats.plots.theme import PAPER, RAMP, canvas
from eenzaam_stats.plots.tileplot import GGD_TILES
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote

NAMES = [tile.names[0] for tile in GGD_TILES]


def _row(name: str, share: float) -> Estimate:
    return Estimate((name,), share, 0.01, share - 0.02, share + 0.02, 400, 400, 3, 1e5, 1.2)


def _estimates(shares: dict[str, float], by: str = "region") -> Estimates:
    note = Footnote(
        outcome="severely_lonely",
        scale="DJG11",
        source="gezondheidsmonitor",
        wave="2022",
        population="18+",
        origin="synthetic",
        method="Taylor, logit",
        level=0.95,
        weight="weight",
        stratum="stratum",
        n_without_group=0,
        version="0",
    )
    return Estimates((by,), tuple(_row(name, share) for name, share in shares.items()), note)


ALL = _estimates({name: 0.10 + 0.002 * at for at, name in enumerate(NAMES)})


@pytest.mark.parametrize("source", ["gezondheidsmonitor", "gmjv"])
def test_codes_and_names_are_those_of_the_codebook(source: str) -> None:
    text = files("eenzaam_stats").joinpath(f"loaders/codebooks/{source}.toml").read_text("utf-8")
    lists = [codes for codes in _lists(tomllib.loads(text)) if "1" in codes]
    found = [codes for codes in lists if codes["1"][0] == "GGD Groningen"]
    assert found
    for codes in found:
        names = {int(code): words[0] for code, words in codes.items()}
        assert set(range(1, 26)) <= set(names)
        for tile in GGD_TILES:
            assert names[tile.code] in tile.names


def _lists(node: object) -> list[dict[str, list[str]]]:
    """Every table of codes with their words, however deep it stands."""
    if isinstance(node, list):
        return [one for part in node for one in _lists(part)]
    if not isinstance(node, dict):
        return []
    own = [node] if node and all(isinstance(words, list) for words in node.values()) else []
    return own + [one for part in node.values() for one in _lists(part)]


def test_every_region_has_a_place_of_its_own() -> None:
    assert sorted(tile.code for tile in GGD_TILES) == list(range(1, 26))
    assert len({(tile.column, tile.row) for tile in GGD_TILES}) == 25
    assert len({name for tile in GGD_TILES for name in tile.names}) == sum(
        len(tile.names) for tile in GGD_TILES
    )
    where = {tile.code: tile for tile in GGD_TILES}
    # north of: Groningen of Drenthe, Noord-Holland of Zeeland; west of: Zeeland of Limburg
    assert where[1].row < where[3].row < where[24].row
    assert where[10].row < where[19].row
    assert where[19].column < where[23].column


def test_tiles_stand_where_the_layout_says_and_carry_their_value() -> None:
    with canvas(width=7, height=8) as given:
        axes = plots.tilemap(ALL, language="nl", axes=given)
        middles = {
            (round(p.get_x() + p.get_width() / 2), round(p.get_y() + p.get_height() / 2))
            for p in axes.patches
        }
        words = {tuple(note.get_position()): note.get_text() for note in axes.texts}
    assert middles == {(tile.column, tile.row) for tile in GGD_TILES}
    for at, tile in enumerate(GGD_TILES):
        value = f"{10 + 0.2 * at:.1f}".replace(".", ",")
        assert words[tile.column, tile.row] == f"{tile.short}\n{value}"


def test_class_follows_from_the_printed_value_and_a_limit_belongs_above() -> None:
    shares = {NAMES[0]: 0.1196, NAMES[1]: 0.11949, NAMES[2]: 0.14, NAMES[3]: 0.10}
    with canvas() as given:
        axes = plots.tilemap(_estimates(shares), breaks=(10, 12, 14, 16), axes=given, language="en")
        faces = [to_hex(patch.get_facecolor()) for patch in axes.patches]
        legend = [text.get_text() for text in axes.get_legend().get_texts()]
    # printed 12.0, 11.9, 14.0 and 10.0
    assert faces[:4] == [RAMP[2], RAMP[0], RAMP[4], RAMP[0]]
    assert legend == ["10–<12%", "12–<14%", "14–<16%", "no estimate"]


def test_region_without_an_estimate_is_hatched_and_has_no_class() -> None:
    with canvas() as given:
        axes = plots.tilemap(
            replace(ALL, rows=(*ALL.rows[1:], replace(ALL.rows[0], estimate=float("nan")))),
            axes=given,
        )
        empty = [patch for patch in axes.patches if patch.get_hatch()]
    assert len(axes.patches) == 25
    assert len(empty) == 1
    assert to_hex(empty[0].get_facecolor()) == PAPER
    assert "zonder schatting: 1" in axes.get_title(loc="left")


@pytest.mark.parametrize("spread", [0.0001, 0.001, 0.004, 0.02])
def test_round_limits_hold_every_value_in_five_classes_at_most(spread: float) -> None:
    some = _estimates({name: 0.10 + spread * at for at, name in enumerate(NAMES)})
    with canvas() as given:
        axes = plots.tilemap(some, language="en", axes=given)
        legend = [text.get_text().rstrip("%") for text in axes.get_legend().get_texts()]
    ends = [tuple(map(float, words.split("–<"))) for words in legend]
    assert 1 <= len(ends) <= len(RAMP)
    assert ends[0][0] <= 10.0
    assert ends[-1][1] > round(10 + 100 * spread * 24, 1)
    assert [low for low, _ in ends[1:]] == [high for _, high in ends[:-1]]


@pytest.mark.parametrize("breaks", [(12, 10), (11, 16), (10, 14), (10,), tuple(range(5, 25))])
def test_limits_that_do_not_hold_the_values_are_refused(breaks) -> None:
    with canvas() as given, pytest.raises(SchemaError, match="rising limits around all"):
        plots.tilemap(ALL, breaks=breaks, axes=given)


def test_other_areas_and_other_groups_are_refused() -> None:
    with canvas() as given, pytest.raises(UnknownCodeError, match=r"row 1\) is no region.*25 GGD"):
        plots.tilemap(_estimates({"GGD Atlantis": 0.1}), axes=given)
    with canvas() as given, pytest.raises(SchemaError, match="by='region'"):
        plots.tilemap(_estimates({NAMES[0]: 0.1}, by="sex"), axes=given)


@pytest.mark.parametrize(("language", "words"), [("nl", "24,8"), ("en", "24.8")])
def test_text_holds_every_region_from_low_to_high(language, words) -> None:
    some = _estimates({name: 0.2 + 0.002 * at for at, name in enumerate(NAMES[:-1])})
    highest = replace(some, rows=(*some.rows, _row(NAMES[-1], 0.248)))
    told = plots.tilemap_text(highest, language=language)
    assert told.count("%;") == 24
    assert f"Flevoland {words}%" in told.rsplit(";", 1)[1]
    for name in ("Kennemerland", "Noord- en Oost-Gelderland", "Gooi en Vechtstreek"):
        assert name in told
    assert ("geen schatting: Flevoland" in plots.tilemap_text(some)) is True
