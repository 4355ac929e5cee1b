"""Files of any other layout, described by the user in TOML."""
