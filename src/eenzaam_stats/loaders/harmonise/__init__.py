"""From the columns of a file to the one schema, with a report of what was done."""
