import pytest

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
