"""gisgov: grid governance on one versioned coverage."""

from importlib.metadata import version

__version__ = version("gisgov")
