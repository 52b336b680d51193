"""Reading canonical files: Arrow's tables as those of the product."""

import os

# Arrow's allocator returns what was freed to the system within 10 ms, and a scan asks for as much again column
# by column: up to a third of its processor time. It is read when Arrow is loaded, so it stands here.
os.environ.setdefault("MIMALLOC_PURGE_DELAY", "1000")
