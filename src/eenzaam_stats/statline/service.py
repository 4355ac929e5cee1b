"""Where open tables are served: the addresses and the version of the protocol they speak.

Values only; nothing is asked here. Encryption is not an option: an address without TLS is accepted
from this machine itself and from nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from eenzaam_stats.errors import OptionError, list_all

Version = Literal[3, 4]
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Service:
    """One catalogue of open tables.

    Attributes
    ----------
    catalogue : str
        Name of the catalogue, as the service writes it in the column ``Catalog``.
    address : str
        Start of every address, without a slash at the end.
    version : {3, 4}
        Version of OData.
    owner, licence : str
        Who must be named and under which licence the figures may be used.

    Examples
    --------
    >>> CBS.host
    'opendata.cbs.nl'
    """

    catalogue: str
    address: str
    version: Version
    owner: str
    licence: str

    def __post_init__(self) -> None:
        require_safe(self.address)

    @property
    def host(self) -> str:
        """Name of the machine that serves the tables."""
        return urlsplit(self.address).hostname or ""


def require_safe(address: str) -> None:
    """Raise unless an address is encrypted or on this machine.

    Parameters
    ----------
    address : str
        Start of the addresses of a service, or a whole address.

    Raises
    ------
    OptionError
        If it is neither ``https`` nor plain ``http`` to this machine itself.

    Examples
    --------
    >>> require_safe("https://opendata.cbs.nl")
    """
    parts = urlsplit(address)
    own = parts.scheme == "http" and parts.hostname in OWN_MACHINE
    if not parts.hostname or not (parts.scheme == "https" or own):
        raise OptionError(
            f"Open data needs an address with https, but found {address[:60]!r}. "
            f"Plain http is for this machine only ({list_all(OWN_MACHINE)})."
        )


CC_BY = "CC BY 4.0"
CBS = Service("CBS", "https://opendata.cbs.nl", 3, "CBS StatLine", CC_BY)
RIVM = Service("RIVM", "https://dataderden.cbs.nl", 3, "RIVM", "see the page of the table")
CBS_V4 = Service("CBS", "https://datasets.cbs.nl/odata/v1", 4, "CBS StatLine", CC_BY)
SERVICES = {"CBS": CBS, "RIVM": RIVM, "CBS4": CBS_V4}
