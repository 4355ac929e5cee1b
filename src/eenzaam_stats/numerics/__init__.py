"""Functions of arrays: variance, intervals, summated scales, item response, decomposition.

No frame, file, network or figure may enter.
"""
