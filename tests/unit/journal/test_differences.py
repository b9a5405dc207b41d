from services.journal.differences import Fate, pieces


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
