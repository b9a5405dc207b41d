"""Whatever character is changed in an exported journal, the verifier finds the entry."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.exports import export, found


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text in an entry."""
    if isinstance(value, dict):
        return [place for key, one in value.items() for place in places(one, (*path, key))]
    if isinstance(value, list):
        return [place for key, one in enumerate(value) for place in places(one, (*path, key))]
    return [path] if isinstance(value, str) else []


WHOLE = export()


@pytest.mark.requirement("DOM-DOC-01")
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_one_character_changed_anywhere_in_any_entry_is_found(data: st.DataObject) -> None:
    changed = deepcopy(WHOLE)
    number = data.draw(st.integers(0, 4))
    *way, last = data.draw(st.sampled_from(places(changed["entries"][number])))
    holder = changed["entries"][number]
    for step in way:
        holder = holder[step]
    at = data.draw(st.integers(0, len(holder[last]) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"], exclude_characters=holder[last][at]))
    holder[last] = holder[last][:at] + other + holder[last][at + 1 :]
    assert any(fault.startswith(f"entry {number + 1}:") for fault in found(changed))
