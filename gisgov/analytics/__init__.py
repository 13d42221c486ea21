"""Counts of what happened by hour, hexagon, kind and area: what heat-maps and figures are drawn from."""
