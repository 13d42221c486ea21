"""Grids: networks of cells, their releases from draft to published, and who answers for each cell."""
