"""Draw the map of the Dutch page, from a SYNTHETIC file, and write it with its words.

The picture and the fragment of the page that shows it are not kept in the repository.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import eenzaam_stats as es

NAME = "made_regions"
SIZE = (7.0, 8.2)


def build(folder: Path) -> Path:
    """Write the map and its fragment into the folder of the Dutch page.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the Dutch page.

    Returns
    -------
    pathlib.Path
        The fragment, in Markdown.
    """
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "demo.sav"
        es.synthesise("gezondheidsmonitor", file, wave=2022, n=50_000)
        survey = es.score(es.read_gezondheidsmonitor(file, wave=2022), es.DJG11)
    regions = es.suppress(es.prevalence(survey, "severely_lonely", by="region"))
    told = es.plots.tilemap_text(regions, language="nl").replace("\n", " ")
    with es.plots.canvas(width=SIZE[0], height=SIZE[1]) as axes:
        es.plots.tilemap(regions, language="nl", axes=axes)
        picture = es.plots.svg(axes, title="Kaart van de GGD-regio's", description=told)
    (folder / f"{NAME}.svg").write_bytes(picture)
    fragment = folder / f"{NAME}.md"
    fragment.write_text(
        f"""```{{figure}} {NAME}.svg
:alt: {told}
:align: center
:width: 30rem

Elke GGD-regio een tegel. De cijfers in dit voorbeeld zijn **synthetisch**: ze zeggen niets over
een echte regio.
```
""",
        encoding="utf-8",
    )
    return fragment


if __name__ == "__main__":
    build(Path(__file__).with_name("nl"))
