"""Route a file of points to a file of polygons: who owns each, without a database.

Two files in, one file out: `route_file` is the whole of it, ``gisgov route`` its command line.
"""

from gisgov.route.run import Routing, Summary, route_file

__all__ = ["Routing", "Summary", "route_file"]
