"""The command: it knows the parts that there are, without importing them."""

from bench.run import PARTS
from cli.__main__ import BENCHED


def test_the_command_names_every_part_in_the_order_in_which_they_run() -> None:
    assert tuple(PARTS) == BENCHED
