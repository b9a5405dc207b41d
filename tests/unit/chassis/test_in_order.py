from typing import NamedTuple

from chassis.replica import in_order


class Named(NamedTuple):
    name: str


def test_names_come_as_swedish_orders_them_whatever_their_capitals() -> None:
    names = ["Öst", "BLANDAREN", "Aspen", "Ärlan", "blandaren ute", "Zinken", "Åsen", "Éva", "Fågeln"]
    assert [row.name for row in in_order(map(Named, names))] == [
        *("Aspen", "BLANDAREN", "blandaren ute", "Éva", "Fågeln", "Zinken", "Åsen", "Ärlan", "Öst")
    ]
