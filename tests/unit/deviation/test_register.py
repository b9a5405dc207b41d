from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from chassis.decision import Decision, NotAllowed, Refused
from contracts.deviation import DeviationKind, DeviationRegistered, LexLaw, LexSuspected, ManagerMissing
from services.deviation.deviation import Deviation, LexTrack, Status
from services.deviation.features.register import (
    CategoryNotInArea,
    ConsequenceIsAssessedLater,
    InTheFuture,
    NotAResidence,
    Register,
    Site,
    TooLongAgo,
    register,
)
from services.deviation.place import BetweenCareGivers, BetweenPrincipals, ChooseUnit
from services.deviation.unit import NO_MANAGER, told
from tests.support.deviations import DEVIATION, NOW, OMAR, TODAY, at, report
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.people import actor

MOIRA = person().person_id
UTE = unit("blandaren-ute")


def done(
    login: str = "jonas.ek", manager_id: UUID | None = OMAR, now: datetime = NOW, **changes: Any
) -> Decision[Deviation]:
    """What comes of a report at Blandaren ute."""
    command = report(**changes)
    belongs = (UTE,) if command.person_id else ()
    return register(DEVIATION, command, actor(login), Site(at("blandaren-ute"), belongs, manager_id=manager_id), now)


def refused(expected: type[Refused], **changes: Any) -> Refused:
    with pytest.raises(expected) as error:
        done(**changes)
    return error.value


@pytest.mark.requirement("TRE-DEV-16", "TRE-DEV-14", "TRE-DEV-03")
def test_a_report_comes_to_the_responsible_manager_at_once() -> None:
    decision = done(person_id=MOIRA)
    after = decision.state
    assert (after.status, after.manager_id) == (Status.WITH_MANAGER, OMAR)
    assert (after.reported_by, after.reported_on, after.registered_at) == (member("jonas.ek"), TODAY, NOW)
    assert [(step.command, step.name) for step in after.history] == [("register", "Jonas Ek"), ("assign", "Stafett")]
    (event,) = decision.events
    assert event == DeviationRegistered(
        deviation_id=DEVIATION,
        unit_id=UTE,
        kind=DeviationKind.DEVIATION,
        business_area="ao",
        category="fall",
        occurred_on=date(2026, 11, 22),
        about_person=True,
        reported_by=member("jonas.ek"),
        manager_id=OMAR,
        registered_at=NOW,
    )
    assert decision.by.role == "care_worker"


@pytest.mark.requirement("R-26")
def test_without_a_manager_it_is_kept_marked_and_user_support_is_told() -> None:
    decision = done(manager_id=None)
    assert (decision.state.status, decision.state.manager_id) == (Status.UNASSIGNED, None)
    registered, missing = decision.events
    assert isinstance(registered, DeviationRegistered)
    assert registered.manager_id is None
    assert missing == ManagerMissing(deviation_id=DEVIATION, unit_id=UTE, reported_by=member("jonas.ek"))


@pytest.mark.requirement("R-26", "TRE-DEV-16")
def test_who_is_told_is_named_or_said_to_be_missing() -> None:
    assert told(UTE, (OMAR, "Omar Haddad", "Enhetschef")).sentence == "Meddelande skickas till Omar Haddad, Enhetschef."
    assert told(UTE, None).sentence == NO_MANAGER
    assert NO_MANAGER.startswith("Ingen ansvarig chef finns för enheten.")


@pytest.mark.requirement("TRE-DEV-04")
def test_a_report_need_not_be_about_a_person() -> None:
    decision = done()
    assert decision.state.person_id is None
    assert not getattr(decision.events[0], "about_person", True)


@pytest.mark.requirement("TRE-DEV-01")
@pytest.mark.parametrize("login", ["jonas.ek", "eva.nyberg", "omar.haddad", "tove.ahl", "karin.berg"])
def test_everybody_who_works_with_people_may_report(login: str) -> None:
    assert done(login).state.reported_by == member(login)


@pytest.mark.requirement("TRE-DEV-01", "TRE-DEV-11")
def test_licensed_staff_report_with_an_answer_to_where_it_happened() -> None:
    command = report(unit_id=unit("aspen-hsl"), guidance="a", business_area="hsl")
    decision = register(DEVIATION, command, actor("ingrid.lund"), Site(at("aspen-hsl")), NOW)
    assert (decision.state.unit_id, decision.state.guidance) == (unit("aspen-hsl"), "a")


@pytest.mark.parametrize("login", ["nils.holm", "asa.vinge"])
def test_support_and_system_administration_do_not_report(login: str) -> None:
    refused(NotAllowed, login=login)


@pytest.mark.requirement("R-28", "TRE-DEV-15")
def test_the_consequence_is_not_the_reporters_to_set() -> None:
    error = refused(ConsequenceIsAssessedLater, consequence="serious")
    assert error.field == "consequence"
    assert "bedöms av ansvarig chef" in str(error)


@pytest.mark.requirement("R-28", "TRE-DEV-14")
@pytest.mark.parametrize("field", ["analysis", "severity", "feedback", "status", "reported_by", "reported_on"])
def test_nor_is_anything_else_that_is_the_managers_or_the_systems(field: str) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        report(**{field: "x"})


@pytest.mark.requirement("TRE-DEV-02")
def test_what_belongs_elsewhere_is_refused_with_what_to_do_instead() -> None:
    assert "blanketten på MAS/MAR:s sida" in str(refused(BetweenPrincipals, between_principals=True))
    assert "Kontakta MAS eller MAR" in str(refused(BetweenCareGivers, between_care_givers=True))


@pytest.mark.requirement("TRE-DEV-09")
def test_the_category_must_be_one_of_the_business_area() -> None:
    assert refused(CategoryNotInArea, business_area="ifo", category="fall").field == "category"
    assert done(business_area="ifo", category="conduct").state.category == "conduct"


@pytest.mark.requirement("TRE-DEV-08")
def test_what_happened_within_health_care_is_registered_as_hsl_also_at_another_unit() -> None:
    decision = done(business_area="hsl", category="medication")
    assert (decision.state.business_area, decision.state.unit_id) == ("hsl", UTE)


@pytest.mark.requirement("TRE-DEV-13")
@pytest.mark.parametrize(
    ("day", "clock", "field"),
    [(date(2026, 11, 24), time(8, 0), "occurred_on"), (TODAY, time(10, 1), "occurred_at")],
)
def test_it_cannot_have_happened_in_the_future_swedish_time(day: date, clock: time, field: str) -> None:
    assert refused(InTheFuture, occurred_on=day, occurred_at=clock).field == field


@pytest.mark.requirement("TRE-DEV-13")
def test_what_has_just_happened_can_be_reported() -> None:
    assert done(occurred_on=TODAY, occurred_at=time(10, 0)).state.occurred_at == time(10, 0)


def test_just_after_midnight_the_swedish_day_counts() -> None:
    past_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    decision = done(now=past_midnight, occurred_on=date(2026, 11, 24), occurred_at=time(0, 15))
    assert decision.state.reported_on == date(2026, 11, 24)


def test_a_clock_with_a_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="svensk tid"):
        report(occurred_at="14:30+05:00")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 11, 22), date(2015, 12, 31)])
def test_a_year_that_is_a_slip_of_the_pen_is_refused(day: date) -> None:
    with pytest.raises(TooLongAgo, match="Kontrollera året"):
        done(occurred_on=day)
    assert done(occurred_on=date(2016, 1, 1)).state.occurred_on.year == 2016


@pytest.mark.requirement("TRE-DEV-05", "F-23")
@pytest.mark.parametrize(
    "field", ["kind", "business_area", "category", "occurred_on", "occurred_at", "course_of_events"]
)
def test_the_mandatory_fields_are_mandatory(field: str) -> None:
    values = report().model_dump(exclude={field}, exclude_none=True)
    with pytest.raises(ValidationError, match="missing"):
        Register.model_validate(values)


@pytest.mark.requirement("TRE-DEV-15")
def test_an_empty_course_of_events_is_refused() -> None:
    with pytest.raises(ValidationError, match="string_too_short"):
        report(course_of_events="   ")


def test_a_unit_has_to_be_chosen() -> None:
    with pytest.raises(ChooseUnit):
        register(DEVIATION, report(unit_id=None), actor("omar.haddad"), Site(None), NOW)


def test_a_residence_is_a_residence() -> None:
    jonas = actor("jonas.ek")
    home = Site(at("blandaren-ute"), residence=at("blandaren-servicelgh"), manager_id=OMAR)
    command = report(residence_id=unit("blandaren-servicelgh"))
    assert register(DEVIATION, command, jonas, home, NOW).state.residence_id == unit("blandaren-servicelgh")
    with pytest.raises(NotAResidence):
        register(DEVIATION, command, jonas, Site(at("blandaren-ute"), residence=at("aspen-ute")), NOW)


@pytest.mark.requirement("TRE-DEV-12", "TRE-DEV-06", "TRE-DEV-07", "F-23")
def test_all_the_fields_of_the_form_are_kept() -> None:
    after = done(
        kind="complaint",
        was_alone="not_relevant",
        activity="home-visit",
        involved_professions=["nurse", "assistant-nurse", "nurse"],
        suggested_action="Lägg mattan fast",
        comment="Å, ä och ö 🙂",
    ).state
    assert (after.kind, after.was_alone, after.activity) == ("complaint", "not_relevant", "home-visit")
    assert after.involved_professions == ("nurse", "assistant-nurse")
    assert (after.suggested_action, after.comment) == ("Lägg mattan fast", "Å, ä och ö 🙂")


@pytest.mark.requirement("TRE-DEV-19")
def test_the_two_laws_are_two_separate_statements_and_each_track_is_suspected() -> None:
    assert done().state.lex == ()
    one = done(suspected_lex_sarah=True)
    assert [(s.law, s.track, s.member_id) for s in one.state.lex] == [
        (LexLaw.SARAH, LexTrack.SUSPECTED, member("jonas.ek"))
    ]
    assert one.state.status is Status.WITH_MANAGER
    both = done(suspected_lex_sarah=True, suspected_lex_maria=True, manager_id=None)
    suspected = [event for event in both.events if isinstance(event, LexSuspected)]
    assert [event.law for event in suspected] == [LexLaw.SARAH, LexLaw.MARIA]
    assert both.state.status is Status.UNASSIGNED
