"""One HTML page from values."""
