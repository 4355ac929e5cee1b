"""Several surveys or waves as one."""
