"""For the unit tests alone, as a plugin of pytest: no collector of garbage.

What they make is small and is gone when they end, while the collector walks through everything that has been imported,
again and again.
"""

import gc

gc.disable()
