"""Where the package writes, and how: places, scratch folders, limits, whole files or none."""
