"""The packaged reference tables, each with its evidence; nothing here reaches a network."""
