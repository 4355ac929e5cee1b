"""The LISS panel: yearly files, background files, households."""
