"""One picture a module: a frozen dataclass with the data and `svg()` to draw it."""
