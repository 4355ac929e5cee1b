"""The letter of 10 April 2025: its statements, their recomputation, figures and report."""
