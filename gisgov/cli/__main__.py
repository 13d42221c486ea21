"""``python -m gisgov.cli``."""

from gisgov.cli import main

main()
