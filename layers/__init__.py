"""What can be drawn: one folder per layer, served as vector tiles or printed on paper. See ``README.md``."""
