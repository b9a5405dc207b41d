from uuid import UUID

import pytest

from services.notify.features.tell import hear
from services.notify.matter import Matter
from services.notify.notice import Kind
from tests.support import heard
from tests.support.municipality import member


@pytest.mark.requirement("TRE-DEV-21")
@pytest.mark.parametrize("manager", ["omar.haddad", None])
def test_the_manager_from_whose_list_a_deviation_goes_is_told_as_well_as_its_reporter(manager: str | None) -> None:
    before = hear(heard.registered(manager=manager), Matter(heard.DEVIATION), UUID(int=1)).matter
    told = hear(heard.deviation_removed(), before, UUID(int=2)).tellings
    concerned = [member(login) for login in ("jonas.ek", manager) if login]
    assert [(one.kind, one.to_id) for one in told] == [(Kind.DEVIATION_REMOVED, to) for to in concerned]
