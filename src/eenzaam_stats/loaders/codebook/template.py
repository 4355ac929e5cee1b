"""Templates of mappings: files to fill in, and examples of surveys whose layout was not seen.

Names of variables in a template are placeholders and marked as such; a template that was not filled
in is refused with the list of what is missing. An example is complete; where nothing in it is
verified, its first words say so.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import write_file

TEMPLATES = ("ssw", "djg11", "djg6", "ucla3", "direct")
# Finished mappings: Gezondheidsmonitor Jeugd and HBSC.
EXAMPLES = ("gmj", "hbsc")
UNVERIFIED = ("hbsc",)
SUFFIX = ".toml"


@in_words
def mapping_template(source: str) -> str:
    """Text of a mapping to fill in.

    Parameters
    ----------
    source : {"ssw", "djg11", "djg6", "ucla3", "direct", "gmj", "hbsc"}
        CBS Sociale samenhang en welzijn, or the instrument of another file. Finished are ``"gmj"``,
        the question of the Gezondheidsmonitor Jeugd as its standard of June 2025 has it, and
        ``"hbsc"``, whose layout is unverified.

    Returns
    -------
    str
        TOML with a comment at every field; what is to be filled in stands between ``<`` and ``>``.
        A finished one has nothing to fill in; names and codes of an unverified layout are
        assumptions to compare with the codebook of the file.

    Raises
    ------
    OptionError
        If there is no template of that name.

    See Also
    --------
    write_template : The same text as a file.
    eenzaam_stats.loaders.mapping.mapping.check_mapping : What is still missing in a mapping.

    Examples
    --------
    >>> import tomllib
    >>> [row["name"] for row in tomllib.loads(mapping_template("ssw"))["variable"]][:6]
    ['djg_3', 'djg_4', 'djg_7', 'djg_9', 'djg_8', 'djg_10']
    >>> print(mapping_template("hbsc").split(". ")[0])
    # UNVERIFIED LAYOUT
    """
    if source not in (*TEMPLATES, *EXAMPLES):
        raise OptionError.among(source, (*TEMPLATES, *EXAMPLES), name="template")
    folder = files("eenzaam_stats").joinpath("loaders/templates")
    return folder.joinpath(f"{source}{SUFFIX}").read_text("utf-8")


@in_words
def write_template(source: str, path: str | Path) -> Path:
    """Write a mapping to fill in; an existing file is never replaced.

    Parameters
    ----------
    source : {"ssw", "djg11", "djg6", "ucla3", "direct", "gmj", "hbsc"}
        As in ``mapping_template``.
    path : str or Path
        File that ends in ``.toml``; its folder must exist.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OptionError
        If there is no template of that name, or the name does not end in ``.toml``.
    SourceError
        If the file exists already, its folder does not, or it cannot be written; nothing is left
        behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_template("ssw", f"{folder}/ssw2022.toml").name
    'ssw2022.toml'
    """
    text, target = mapping_template(source), Path(path)
    if target.suffix.casefold() != SUFFIX:
        raise OptionError.among(target.suffix, [SUFFIX], name="suffix of the file to write")
    return write_file(target, text, needed_by="write_template()", replaces="remove the file first")
