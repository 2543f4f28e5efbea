"""Example keys on disk, and the example tokens that they sign."""
