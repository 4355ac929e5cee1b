"""Standard errors from the sums of a design, its replicates or its calibration."""
