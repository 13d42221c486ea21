"""SQL of the grids; private to the domain."""
