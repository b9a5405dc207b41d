from hypothesis import given, settings
from hypothesis import strategies as st

from services.journal.differences import Fate, pieces

WORDS = st.text(alphabet="ab å\n😀", max_size=30)


def test_it_goes_word_by_word() -> None:
    found = pieces("Hon åt lunch ute.", 4, "åt lunch", "åt middag")
    assert [(piece.fate, piece.text) for piece in found] == [
        (Fate.KEPT, "Hon "),
        (Fate.KEPT, "åt "),
        (Fate.STRUCK, "lunch"),
        (Fate.ADDED, "middag"),
        (Fate.KEPT, " ute."),
    ]


def test_what_is_only_struck_out_adds_nothing() -> None:
    assert [piece.fate for piece in pieces("Allt fel.", 4, " fel", "")] == [Fate.KEPT, Fate.STRUCK, Fate.KEPT]


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS)
def test_kept_and_struck_are_the_text_before_and_kept_and_added_the_text_after(
    start: str, original: str, replacement: str, end: str
) -> None:
    found = pieces(start + original + end, len(start), original, replacement)
    assert "".join(piece.text for piece in found if piece.fate is not Fate.ADDED) == start + original + end
    assert "".join(piece.text for piece in found if piece.fate is not Fate.STRUCK) == start + replacement + end
