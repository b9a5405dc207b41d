from collections.abc import Sequence

import pytest

from chassis.decision import Decision, NotFound
from services.authority.features.clear_colleagues import Clear, NotProtected, clear
from services.authority.ordered import Ordered
from services.authority.person import Person, UnknownColleague
from services.authority.provider import NobodyCleared
from services.authority.status_line import Mark
from tests.support.cases import ASSIGNMENT, blandaren, colleague, moira, new_id, protected, sent
from tests.support.municipality import member
from tests.support.people import actor

pytestmark = pytest.mark.requirement("DOM-PROT-01")


def cleared(person: Person, *logins: str, orders: Sequence[Ordered] = ()) -> Decision[Person]:
    members = tuple(member(login) for login in logins)
    return clear(person, Clear(members=members), actor("karin.berg"), frozenset(members), orders)


def under_way(*marks: Mark) -> Ordered:
    return Ordered(sent(*marks, person=protected("eva.nyberg")), blandaren())


def test_those_named_may_see_the_person_and_who_names_them_still_may() -> None:
    decision = cleared(protected(), "sara.lind", "eva.nyberg")
    assert decision.state.cleared == (member("karin.berg"), member("sara.lind"), member("eva.nyberg"))
    assert decision.events == ()


def test_whoever_is_left_out_no_longer_sees_the_person() -> None:
    assert member("eva.nyberg") not in cleared(protected("eva.nyberg"), "sara.lind").state.cleared


def test_who_registered_the_person_stays_when_a_colleague_names_others() -> None:
    person = protected("sara.lind")
    decision = clear(person, Clear(members=()), colleague(), frozenset(), ())
    assert decision.state.cleared == (member("karin.berg"), member("sara.lind"))


def test_the_provider_of_each_order_is_told() -> None:
    decision = cleared(protected("eva.nyberg"), "omar.haddad", orders=[under_way(Mark.RECEIVED)])
    (event,) = decision.events
    assert event.model_dump() == {
        "assignment_id": ASSIGNMENT,
        "person_id": moira().id,
        "cleared": (member("karin.berg"), member("omar.haddad")),
        "protection": None,
    }


def test_an_order_under_way_is_not_left_with_nobody_who_can_act_on_it() -> None:
    with pytest.raises(NobodyCleared, match="BLANDAREN"):
        cleared(protected("eva.nyberg"), "jonas.ek", orders=[under_way(Mark.RECEIVED, Mark.DISTRIBUTED)])
    assert cleared(protected("eva.nyberg"), "jonas.ek", orders=[under_way(Mark.ENDED)]).events
    assert cleared(protected("eva.nyberg"), "jonas.ek", orders=[under_way(Mark.DECLINED)]).events


def test_what_others_have_changed_since_the_page_was_opened_stands() -> None:
    eva, omar = member("eva.nyberg"), member("omar.haddad")
    given = Clear(members=(eva, omar), shown=(eva,))
    after = clear(protected(), given, actor("karin.berg"), frozenset({eva, omar}), ()).state
    assert after.cleared == (member("karin.berg"), omar), "Eva was taken away by somebody else"
    taken = Clear(members=(), shown=(eva,))
    assert (
        omar in clear(protected("eva.nyberg", "omar.haddad"), taken, actor("karin.berg"), frozenset(), ()).state.cleared
    )


def test_only_members_of_the_organisation_are_named() -> None:
    with pytest.raises(UnknownColleague):
        clear(protected(), Clear(members=(new_id("nobody"),)), actor("karin.berg"), frozenset(), ())


def test_nobody_is_named_for_a_person_whose_details_are_not_protected() -> None:
    with pytest.raises(NotProtected):
        cleared(moira(), "eva.nyberg")


def test_whoever_may_not_see_the_person_names_nobody() -> None:
    with pytest.raises(NotFound):
        clear(protected(), Clear(members=(member("sara.lind"),)), colleague(), frozenset({member("sara.lind")}), ())
