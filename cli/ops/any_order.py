"""Words in any order: an id may stand before or after what is chosen with `--…`."""

import argparse
from collections.abc import Iterable
from typing import Any


class AnyOrder(argparse.ArgumentParser):
    """argparse alone takes an optional word for left out when an option stands before it."""

    _mixing = False

    def parse_known_args(self, args: Iterable[str] | None = None, namespace: Any = None) -> Any:
        """As argparse does it, options first and then what is left; which calls this again, twice."""
        if self._mixing:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(None if args is None else list(args), namespace)
        finally:
            self._mixing = False
