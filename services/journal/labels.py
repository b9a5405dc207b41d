"""Codes in the words that people read."""

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "open": "öppen",
    "closed": "avslutad",
    "saved": "sparad",
    "locked": "skrivskyddad",
    "corrected": "rättad",
    "written": "skriven",
    "edited": "ändrad",
    "correction_requested": "den enskilde anser att en uppgift är felaktig",
}
