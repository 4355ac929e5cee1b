"""One pass over the data: the sums from which every estimate follows."""
