from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest

from chassis.decision import NotFound
from contracts.organisation import Role
from services.notify.features.choose import Choose, MustBeTold, choose
from services.notify.features.read_notice import read
from services.notify.notice import (
    EVERYWHERE,
    MANDATORY,
    NEWS,
    Kind,
    Notice,
    Recipient,
    Status,
    may_get,
    places,
    recipient,
)
from services.notify.preferences import Preferences
from services.notify.wording import LABELS, SAYS, body, link, sent_by, sent_to
from tests.support.heard import ASSIGNMENT, DEVIATION, FOLLOW_UP
from tests.support.municipality import member, unit
from tests.support.people import actor

EVERY_KIND = tuple(Kind)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BLANDAREN, UTE = unit("blandaren"), unit("blandaren-ute")
UNITS = {BLANDAREN: "BLANDAREN htj (Leanlink)", UTE: "Blandaren htj ute (Leanlink)"}


def notice(kind: Kind, to_id: UUID, about_id: UUID = ASSIGNMENT) -> Notice:
    return Notice(uuid5(to_id, kind), kind, to_id, UTE, about_id, None, None, NOW)


def test_a_notice_to_a_role_at_a_unit_waits_where_those_who_hold_it_look() -> None:
    at_unit = (Kind.NEW_ASSIGNMENT, BLANDAREN)
    for login in ("eva.nyberg", "omar.haddad", "tove.ahl"):
        assert at_unit in places(actor(login), EVERY_KIND)
    for login in ("jonas.ek", "hanna.ros", "karin.berg", "nils.holm", "petra.sund"):
        assert at_unit not in places(actor(login), EVERY_KIND)


def test_a_role_at_a_unit_covers_the_units_below_it_but_not_those_above() -> None:
    assert (Kind.NEW_ASSIGNMENT, UTE) in places(actor("eva.nyberg"), EVERY_KIND)
    assert (Kind.DISTRIBUTED, UTE) in places(actor("jonas.ek"), EVERY_KIND)
    assert (Kind.DISTRIBUTED, BLANDAREN) not in places(actor("jonas.ek"), EVERY_KIND)


def test_user_support_is_found_wherever_it_is() -> None:
    nils = actor("nils.holm")
    somewhere = replace(nils, roles={unit("aspen-tb"): frozenset({Role.USER_SUPPORT})})
    for support in (nils, somewhere):
        assert (Kind.UNIT_WITHOUT_MANAGER, EVERYWHERE) in places(support, EVERY_KIND)
    assert (Kind.UNIT_WITHOUT_MANAGER, EVERYWHERE) not in places(actor("asa.vinge"), EVERY_KIND)


def test_a_notice_to_a_member_waits_for_that_member_even_when_they_have_no_role_left() -> None:
    jonas = replace(actor("jonas.ek"), roles={})
    assert places(jonas, (Kind.FEEDBACK, Kind.NEW_ASSIGNMENT)) == {(Kind.FEEDBACK, jonas.member_id)}


def test_reading_settles_a_notice_to_one_member() -> None:
    jonas = actor("jonas.ek")
    assert read(notice(Kind.FEEDBACK, jonas.member_id), jonas).state.status is Status.SETTLED


def test_reading_a_notice_to_a_role_leaves_it_for_the_others() -> None:
    before = notice(Kind.NEW_ASSIGNMENT, BLANDAREN)
    assert read(before, actor("eva.nyberg")).state == before


def test_a_moot_notice_stays_moot_when_it_is_read() -> None:
    moot = replace(notice(Kind.FEEDBACK, member("jonas.ek")), status=Status.MOOT)
    assert read(moot, actor("jonas.ek")).state == moot


@pytest.mark.parametrize("login", ["jonas.ek", "karin.berg", "hanna.ros"])
def test_the_notice_of_somebody_else_does_not_exist(login: str) -> None:
    for others in (notice(Kind.NEW_ASSIGNMENT, BLANDAREN), notice(Kind.FEEDBACK, member("eva.nyberg"))):
        with pytest.raises(NotFound):
            read(others, actor(login))


def test_a_kind_can_be_opted_out_of_and_in_to_again() -> None:
    none = Preferences(member("karin.berg"))
    without = choose(none, Choose(opted_out=(Kind.ACKNOWLEDGED, Kind.ACKNOWLEDGED))).state
    assert without.opted_out == (Kind.ACKNOWLEDGED,)
    assert set(without.wanted) == set(Kind) - {Kind.ACKNOWLEDGED}
    assert choose(without, Choose()).state == none


@pytest.mark.parametrize("kind", sorted(MANDATORY))
def test_nobody_can_do_without_deviations_missing_managers_and_feedback(kind: Kind) -> None:
    with pytest.raises(MustBeTold, match=f"Det går inte att välja bort ”{LABELS[kind]}”"):
        choose(Preferences(member("omar.haddad")), Choose(opted_out=(kind,)))


def test_news_asks_nobody_to_do_anything_and_is_for_a_unit() -> None:
    assert not NEWS & MANDATORY
    assert {recipient(kind) for kind in NEWS} == {Recipient.MANAGEMENT}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_has_its_words_with_the_name_of_the_unit(kind: Kind) -> None:
    one = notice(kind, BLANDAREN)
    assert set(SAYS) == set(Kind)
    assert "Blandaren htj ute (Leanlink)" in body(one, UNITS)
    assert "okänd enhet" in body(one, {})


@pytest.mark.requirement("R-26")
def test_the_reporter_reads_what_to_do_when_the_unit_has_no_manager() -> None:
    said = body(notice(Kind.MANAGER_MISSING, member("jonas.ek"), DEVIATION), UNITS)
    sentence = "Ingen ansvarig chef finns för enheten. Kontrollera att avvikelsen är registrerad på rätt enhet."
    assert said == f"{sentence} Den är nu registrerad på Blandaren htj ute (Leanlink)."


def test_the_link_leads_to_the_side_where_the_recipient_may_see_it() -> None:
    assert link(notice(Kind.NEW_ASSIGNMENT, BLANDAREN)) == f"/execution/assignments/{ASSIGNMENT}"
    assert link(notice(Kind.ACKNOWLEDGED, member("karin.berg"))) == f"/authority/assignments/{ASSIGNMENT}"
    follow_up = replace(notice(Kind.FOLLOW_UP, member("karin.berg")), part_id=FOLLOW_UP)
    assert link(follow_up) == f"/authority/follow-ups/{FOLLOW_UP}"
    about_deviation = f"/deviation/deviations/{DEVIATION}"
    assert link(notice(Kind.DEVIATION, member("omar.haddad"), DEVIATION)) == about_deviation
    assert link(notice(Kind.DEVIATION_REMOVED, member("jonas.ek"), DEVIATION)) is None


def test_sender_and_recipient_are_named_in_words() -> None:
    names = {member("omar.haddad"): "Omar Haddad"}
    feedback = replace(notice(Kind.FEEDBACK, member("jonas.ek")), actor_member_id=member("omar.haddad"))
    assert sent_by(feedback, names) == "Omar Haddad"
    assert sent_by(feedback, {}) == sent_to(feedback, UNITS, names) == "okänd medarbetare"
    assert sent_by(notice(Kind.NEW_ASSIGNMENT, BLANDAREN), names) == "Stafett"
    assert sent_to(notice(Kind.NEW_ASSIGNMENT, BLANDAREN), UNITS, names).endswith("samordnare på " + UNITS[BLANDAREN])
    assert sent_to(notice(Kind.DISTRIBUTED, UTE), UNITS, names) == "personalen på " + UNITS[UTE]
    assert sent_to(notice(Kind.UNIT_WITHOUT_MANAGER, EVERYWHERE), UNITS, names) == "användarstöd"


def test_one_chooses_among_what_may_come_to_ones_roles() -> None:
    of = {
        login: {kind for kind in Kind if may_get(kind, actor(login))}
        for login in ("karin.berg", "jonas.ek", "nils.holm")
    }
    assert {Kind.FOLLOW_UP, Kind.ACKNOWLEDGED, Kind.FEEDBACK} <= of["karin.berg"]
    assert not {Kind.DISTRIBUTED, Kind.CHOSEN, Kind.UNIT_WITHOUT_MANAGER} & of["karin.berg"]
    assert {Kind.DISTRIBUTED, Kind.CHOSEN, Kind.FEEDBACK} <= of["jonas.ek"]
    assert not {Kind.FOLLOW_UP, Kind.NEW_ASSIGNMENT} & of["jonas.ek"]
    assert Kind.UNIT_WITHOUT_MANAGER in of["nils.holm"]
