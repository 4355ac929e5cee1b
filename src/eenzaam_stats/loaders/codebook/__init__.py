"""What a source asked in each wave and how it is coded; rules are rows in ``codebooks``."""
