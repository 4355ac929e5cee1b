"""The 25 GGD regions as a grid of tiles: a layout of our own, near where each region lies.

The number is the code of the region in the codebooks of the Gezondheidsmonitor and of the
Gezondheidsmonitor Jongvolwassenen, and the names are as they spell them; a test compares the two.
"""

from __future__ import annotations

from typing import NamedTuple


class Tile(NamedTuple):
    """One region: code, short name on the tile, names in the codebooks, column and row."""

    code: int
    short: str
    names: tuple[str, ...]
    column: int
    row: int


GGD_TILES = (
    Tile(1, "Groningen", ("GGD Groningen",), 4, 0),
    Tile(2, "Fryslân", ("GGD Fryslan", "GGD Fryslân"), 3, 0),
    Tile(3, "Drenthe", ("GGD Drenthe",), 4, 1),
    Tile(4, "IJsselland", ("GGD IJsselland",), 4, 2),
    Tile(5, "Twente", ("GGD Twente",), 5, 2),
    Tile(
        6,
        "Noord- en Oost-\nGelderland",
        ("GGD Noord en Oost Gelderland", "GGD Noord- en Oost-Gelderland"),
        5,
        3,
    ),
    Tile(7, "Gelderland-\nMidden", ("VG Gelderland Midden", "VG Gelderland-Midden"), 4, 3),
    Tile(8, "Gelderland-\nZuid", ("GGD Gelderland Zuid",), 4, 4),
    Tile(9, "Utrecht", ("GGD regio Utrecht",), 3, 4),
    Tile(10, "Hollands\nNoorden", ("GGD Hollands Noorden",), 2, 1),
    Tile(
        11, "Zaanstreek-\nWaterland", ("GGD Zaanstreek Waterland", "GGD Zaanstreek-Waterland"), 2, 2
    ),
    Tile(12, "Kennemer-\nland", ("GGD Kennemerland",), 1, 2),
    Tile(13, "Amsterdam", ("GGD Amsterdam",), 2, 3),
    Tile(14, "Gooi en\nVechtstreek", ("GGD Gooi- en Vechtstreek", "GGD Gooi en Vechtstreek"), 3, 3),
    Tile(15, "Haaglanden", ("GGD Haaglanden",), 1, 4),
    Tile(16, "Hollands\nMidden", ("GGD Hollands Midden",), 2, 4),
    Tile(17, "Rotterdam-\nRijnmond", ("GGD Rotterdam-Rijnmond",), 1, 5),
    Tile(18, "Zuid-Holland\nZuid", ("DGJ Zuid-Holland Zuid",), 2, 5),
    Tile(19, "Zeeland", ("GGD Zeeland",), 1, 6),
    Tile(20, "West-\nBrabant", ("GGD West Brabant", "GGD West-Brabant"), 2, 6),
    Tile(21, "Hart voor\nBrabant", ("GGD Hart voor Brabant",), 3, 5),
    Tile(22, "Brabant-\nZuidoost", ("GGD Brabant Zuidoost", "GGD Brabant-Zuidoost"), 3, 6),
    Tile(23, "Limburg-\nNoord", ("GGD Limburg-Noord",), 4, 6),
    Tile(24, "Zuid-\nLimburg", ("GGD Zuid-Limburg",), 4, 7),
    Tile(25, "Flevoland", ("GGD Flevoland",), 3, 2),
)
