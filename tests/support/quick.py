"""For the unit tests alone, as a plugin of pytest: no collector of garbage, and no tools for terminals.

What they make is small and is gone when they end, while the collector walks through everything that has been imported,
again and again; and httpx and structlog bring a whole toolkit for terminals, where the development tools have
installed one.
"""

import gc
import sys

gc.disable()
for part in ("httpx._main", "rich"):
    sys.modules[part] = None  # type: ignore[assignment]
