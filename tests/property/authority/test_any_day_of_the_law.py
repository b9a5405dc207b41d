"""Whatever the day, a decision has one social services act to rest on."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.authority.legal_basis import in_force


@pytest.mark.requirement("DOM-LAW-01")
@given(st.dates(min_value=date(2002, 1, 1)))
def test_on_every_day_exactly_one_social_services_act_applies(day: date) -> None:
    assert len([act for act in {basis.act for basis in in_force(day)} if act.startswith("SoL")]) == 1
