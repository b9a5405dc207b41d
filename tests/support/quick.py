"""For the unit tests alone, as a plugin of pytest: no collector of garbage, and no command line of httpx.

What they make is small and is gone when they end, while the collector walks through everything that has been imported,
again and again; and httpx brings a whole toolkit for terminals, where the development tools have installed one.
"""

import gc
import sys

gc.disable()
sys.modules["httpx._main"] = None  # type: ignore[assignment]
