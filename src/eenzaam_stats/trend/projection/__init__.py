"""People who will be lonely: populations of the future times prevalence, and its change."""
