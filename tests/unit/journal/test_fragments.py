from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.journal.versions import fragments


@pytest.mark.requirement("TRE-CORR-02")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moira sov gott. Hon åt frukost.", ["Moira sov gott.", "Hon åt frukost."]),
        ("Rad ett\nRad två", ["Rad ett", "Rad två"]),
        ('Hon sa: "Nej!" Sedan gick hon ut.', ['Hon sa: "Nej!" Sedan gick hon ut.']),
        ("Hon åt. Hon sov. Hon åt. Hon gick.", ["Hon åt. Hon sov.", "Hon åt. Hon gick."]),
        ("Hon sov. Hon åt. Hon åt.", ["Hon sov.", "Hon åt. Hon åt."]),
        ("Kl. 8.30 åt hon 2,5 dl.", ["Kl.", "8.30 åt hon 2,5 dl."]),
        ("utan punkt", ["utan punkt"]),
    ],
)
def test_a_text_is_chosen_from_sentence_by_sentence(text: str, expected: list[str]) -> None:
    assert fragments(text) == expected


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
