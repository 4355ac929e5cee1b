"""From scored respondents to estimates: one pass of group sums, then arithmetic on a small table.

Frames of any engine enter through ``sufficient``; formulas live in ``numerics``, never here.
"""
