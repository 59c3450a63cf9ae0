"""`python -m farwatch`: the command line, where its own name is not on the path."""

from farwatch.cli import main

main()
