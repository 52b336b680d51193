"""`python -m vendoreval`."""

from vendoreval.cli.entry import main

main()
