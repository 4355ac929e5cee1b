"""Synthetic survey files with known prevalences, labelled synthetic everywhere.

Only ``writing.py`` writes; nothing made here is ever presented as real.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
