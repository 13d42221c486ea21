"""``python -m bench [NAME …]``: run measurements by name, all of them if none is named."""

import sys
from importlib import import_module

NAMES = ("route",)


def main() -> None:
    """Run what the command line names."""
    wanted = sys.argv[1:] or NAMES
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        sys.exit(f"There is no measurement {', '.join(unknown)}; known are {', '.join(NAMES)}.")
    for name in wanted:
        import_module(f"bench.{name}").main()


main()
