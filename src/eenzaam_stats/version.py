"""The version of the package, asked for once; nothing else, so that every package may import it."""

from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "0+unknown"


def read_version(distribution: str = "eenzaam-stats") -> str:
    """Version of an installed distribution.

    Parameters
    ----------
    distribution : str, default "eenzaam-stats"
        Name of the distribution.

    Returns
    -------
    str
        Its version; ``"0+unknown"`` when it is not installed, as in a bare checkout on the path.

    Examples
    --------
    >>> read_version("a-distribution-that-nobody-installed")
    '0+unknown'
    """
    try:
        return version(distribution)
    except PackageNotFoundError:
        return UNKNOWN


VERSION = read_version()
