"""Change over waves: interrupted series, gaps from a forecast, panels, checks and power.

It takes ``Estimates`` or frames with waves, never a file; formulas live in ``numerics``.
"""
