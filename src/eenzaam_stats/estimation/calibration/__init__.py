"""Weights that meet margins of the population."""
