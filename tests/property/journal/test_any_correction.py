"""Whatever is replaced by whatever, the text before and the text after can both be read."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.journal.differences import Fate, pieces

WORDS = st.text(alphabet="ab å\n😀", max_size=30)


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS)
def test_kept_and_struck_are_the_text_before_and_kept_and_added_the_text_after(
    start: str, original: str, replacement: str, end: str
) -> None:
    found = pieces(start + original + end, len(start), original, replacement)
    assert "".join(piece.text for piece in found if piece.fate is not Fate.ADDED) == start + original + end
    assert "".join(piece.text for piece in found if piece.fate is not Fate.STRUCK) == start + replacement + end
