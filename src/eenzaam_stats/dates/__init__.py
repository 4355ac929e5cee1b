"""Dates and the axis of time, read once for every verb that takes waves."""
