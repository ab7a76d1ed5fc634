"""Run the command line: ``python -m werkzaam``."""

from werkzaam.cli import main

main()
