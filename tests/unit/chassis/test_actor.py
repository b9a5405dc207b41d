from tests.support.people import actor


def test_somebody_has_a_role_when_they_have_it_at_any_unit() -> None:
    eva = actor("eva.nyberg")
    assert eva.has("coordinator")
    assert eva.has("user_support", "coordinator")
    assert not eva.has("user_support", "unit_manager")
    assert not eva.has()
