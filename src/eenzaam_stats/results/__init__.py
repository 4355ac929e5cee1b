"""Every frozen result of the package, and how doubt travels from one to the next."""
