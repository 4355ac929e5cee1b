"""Open data: the packaged reference tables and the clients that fetch open tables.

Loneliness is not estimated here. A table comes out as its publisher gave it, with its evidence,
licence and attribution; respondents' files belong to ``loaders``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
