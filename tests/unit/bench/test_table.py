"""Tables, as plain text and as Markdown."""

from bench.table import Table

TABLE = Table("Speed", ("who", "a second"), (("floor", "2,122"), ("a|b", "9")), ("measured once",))


def test_columns_of_figures_stand_to_the_right_under_their_heads() -> None:
    lines = ["Speed", "", "who    a second", "-----  --------", "floor     2,122", "a|b           9", "  measured once"]
    assert TABLE.text().splitlines() == lines


def test_in_markdown_a_bar_in_a_cell_is_no_column() -> None:
    assert TABLE.markdown().splitlines() == [
        *("### Speed", "", "| who | a second |", "| --- | --: |"),
        *("| floor | 2,122 |", "| a\\|b | 9 |", "", "- measured once"),
    ]
