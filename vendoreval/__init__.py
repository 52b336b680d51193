"""vendoreval: score annotation vendors, audit their deliveries, prove what is owed."""

__version__ = "0.1.0"
