"""Whatever the text, what it is chosen from is in one place each, and together all of it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.journal.versions import fragments


@given(st.text(st.sampled_from("ab.!\n "), min_size=1, max_size=60).filter(str.strip))
def test_each_piece_is_in_one_place_and_together_they_are_the_text(text: str) -> None:
    found = fragments(text)
    for piece in found:
        assert piece == piece.strip()
        assert text.find(piece) >= 0
        assert text.find(piece, text.find(piece) + 1) < 0
    places = [(text.find(piece), text.find(piece) + len(piece)) for piece in found]
    assert places == sorted(places)
    between = [text[end:start] for (_, end), (start, _) in pairwise(places)]
    assert [gap for gap in (text[: places[0][0]], *between, text[places[-1][1] :]) if gap.strip()] == []
