"""Interrupted series, gaps from a forecast, their checks and power."""
