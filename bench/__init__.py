"""Measurements. Each names its machine, interleaves its methods in one run and writes its figures to results/."""
