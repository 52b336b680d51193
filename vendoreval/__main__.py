"""`python -m vendoreval`."""

from vendoreval.cli.app import main

main()
