"""Names in Swedish alphabetical order, whatever language the database sorts by."""

import unicodedata

LAST = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})
"""å, ä and ö come after z, as the signs after z do in ASCII."""


def sort_key(name: str) -> str:
    """A key for binary comparison: other accents count as the plain letter, capitals as small ones."""
    letters = unicodedata.normalize("NFC", name).casefold().translate(LAST)
    return "".join(sign for sign in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(sign))
