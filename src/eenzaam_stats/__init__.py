"""Loneliness prevalence statistics for the Netherlands."""
