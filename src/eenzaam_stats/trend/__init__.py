"""Change over waves: interrupted series, gaps from a forecast, panels, checks and power.

It takes ``Estimates`` or frames with waves, never a file; formulas live in ``numerics``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
