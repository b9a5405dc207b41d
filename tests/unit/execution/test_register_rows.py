from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from chassis.decision import NotAllowed, NotFound
from chassis.replica import Unit
from contracts.authority import OrderedService
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.register_rows import RegisterRows, register_rows
from services.execution.measures import FrequencyUnit, HoursUnit, PerformedWhen
from services.execution.row_values import (
    FormMissing,
    FormUnknown,
    FrequencyUnitMissing,
    FromDateMissing,
    HoursUnitMissing,
    NewRow,
    NotOrdered,
    PeriodReversed,
    TooManyHours,
    UnitEnded,
    UnitOutside,
)
from tests.support.assignments import BLANDAREN, NOW, TODAY, UTE, distributed, received, started, units_below
from tests.support.municipality import unit
from tests.support.orders import order
from tests.support.people import actor

EVA = actor("eva.nyberg")
UNITS = units_below("blandaren")


def wanted(**changes: Any) -> NewRow:
    return NewRow.model_validate({"service": "morgonhjalp", "unit_id": UTE, "period_from": TODAY} | changes)


def register(
    assignment: Assignment, *rows: NewRow, login: str = "eva.nyberg", units: dict[UUID, Unit] | None = None
) -> Assignment:
    ids = [UUID(int=100 + number) for number, _ in enumerate(rows)]
    command = RegisterRows(rows=rows)
    return register_rows(assignment, command, units or UNITS, ids, actor(login), NOW, TODAY).state


@pytest.mark.requirement("TRE-DIST-01", "TRE-DIST-02", "F-10", "BOE-START-01")
def test_a_coordinator_accepts_the_assignment_by_registering_a_row_with_all_its_fields() -> None:
    full = wanted(
        period_to=date(2027, 1, 31),
        resource="Team 2",
        resource_usage="Heltid",
        hours="0,50",
        double_hours="0.33",
        hours_unit=HoursUnit.PER_VISIT,
        performed_when=PerformedWhen.WHOLE_WEEK,
        frequency="1",
        frequency_unit=FrequencyUnit.PER_DAY,
    )
    after = register(received(), full)
    (row,) = after.rows
    assert after.status is Status.ACCEPTED
    assert (row.service_name, row.unit_id, row.status) == ("Morgonhjälp", UTE, RowStatus.REGISTERED)
    assert (row.hours, row.double_hours, row.frequency) == (Decimal("0.50"), Decimal("0.33"), Decimal(1))
    assert (row.period_to, row.resource, row.resource_usage) == (date(2027, 1, 31), "Team 2", "Heltid")
    assert after.queue_unit_ids == (BLANDAREN,)
    assert [(act.what, act.by.name, act.row_ids) for act in after.acts] == [
        ("accept", "Eva Nyberg", ()),
        ("register", "Eva Nyberg", (row.id,)),
    ]


@pytest.mark.requirement("TRE-DIST-03")
def test_an_ordered_service_is_split_into_several_rows_on_several_units() -> None:
    after = register(received(), wanted(), wanted(unit_id=BLANDAREN, period_from=date(2026, 12, 1)))
    assert [(row.service, row.unit_id) for row in after.rows] == [("morgonhjalp", UTE), ("morgonhjalp", BLANDAREN)]


@pytest.mark.requirement("TRE-DIST-11")
def test_new_rows_are_registered_also_while_others_are_carried_out_and_wait_in_nya_uppdrag() -> None:
    after = register(started(), wanted())
    assert after.status is Status.IN_EXECUTION
    assert after.queue_unit_ids == (BLANDAREN,)


def test_what_is_not_ordered_is_refused_with_its_place_in_the_form() -> None:
    with pytest.raises(NotOrdered) as refused:
        register(received(), wanted(), wanted(service="tvatt"))
    assert refused.value.field == "rows.1.service"


@pytest.mark.parametrize("code", ["rakenstickan", "ao", "hagadahl-bistand"])
def test_a_unit_outside_the_provider_is_refused(code: str) -> None:
    with pytest.raises(UnitOutside):
        register(received(), wanted(unit_id=unit(code)))


def test_a_unit_of_the_provider_that_one_may_not_act_for_is_refused() -> None:
    with pytest.raises(UnitOutside):
        register(received(), wanted(unit_id=UUID(int=5)), units=UNITS | {UUID(int=5): Unit("Ny", None)})


def test_a_unit_that_has_ended_when_the_row_begins_is_refused() -> None:
    ending = UNITS | {UTE: Unit("Blandaren ute", date(2026, 12, 1))}
    assert register(received(), wanted(period_from=date(2026, 11, 30)), units=ending).rows
    with pytest.raises(UnitEnded):
        register(received(), wanted(period_from=date(2026, 12, 1)), units=ending)
    with pytest.raises(UnitEnded):
        register(received(), wanted(period_from=date(2020, 1, 1)), units=UNITS | {UTE: Unit("Ute", TODAY)})


@pytest.mark.requirement("R-02")
def test_the_period_begins_on_a_day_and_does_not_end_before_it() -> None:
    with pytest.raises(FromDateMissing) as missing:
        register(received(), wanted(period_from=None))
    assert str(missing.value) == "Ange från och med-datum."
    with pytest.raises(PeriodReversed):
        register(received(), wanted(period_to=TODAY - timedelta(days=1)))
    assert register(received(), wanted(period_to=TODAY)).rows[0].period_to == TODAY


@pytest.mark.requirement("R-02", "C-01")
def test_a_form_is_chosen_exactly_when_the_service_has_forms() -> None:
    with_forms = OrderedService(code="boende", name="Boende", forms=("Servicelägenhet", "Trygghetsboende"))
    contents = order(services=(with_forms, OrderedService(code="morgonhjalp", name="Morgonhjälp")))
    assignment = replace(received(), order=contents)
    with pytest.raises(FormMissing, match="Välj genomförandeform för Boende"):
        register(assignment, wanted(service="boende"))
    with pytest.raises(FormUnknown):
        register(assignment, wanted(service="boende", form="Korttidsboende"))
    with pytest.raises(FormUnknown):
        register(assignment, wanted(form="Servicelägenhet"))
    assert register(assignment, wanted(service="boende", form="Servicelägenhet")).rows[0].form == "Servicelägenhet"


def test_an_amount_says_of_what_it_is() -> None:
    with pytest.raises(HoursUnitMissing):
        register(received(), wanted(hours="0,5"))
    with pytest.raises(HoursUnitMissing):
        register(received(), wanted(double_hours="0,5"))
    with pytest.raises(FrequencyUnitMissing):
        register(received(), wanted(frequency="2"))


@pytest.mark.parametrize("hours", ["-1", "0,333", "1000", "NaN", "ett"])
def test_what_is_no_amount_is_refused_at_the_door(hours: str) -> None:
    with pytest.raises(ValidationError):
        wanted(hours=hours, hours_unit=HoursUnit.PER_VISIT)


def test_a_care_worker_sees_the_assignment_but_may_not_register_and_others_do_not_see_it() -> None:
    with pytest.raises(NotAllowed):
        register(distributed(), wanted(), login="jonas.ek")
    for login in ("lina.dahl", "karin.berg", "asa.vinge"):
        with pytest.raises(NotFound):
            register(received(), wanted(), login=login)


def test_a_protected_person_exists_only_for_those_who_are_named() -> None:
    with pytest.raises(NotFound):
        register(received(cleared=["omar.haddad"]), wanted())
    assert register(received(cleared=["omar.haddad"]), wanted(), login="omar.haddad").rows


@pytest.mark.parametrize(
    ("hours", "unit_of_time"),
    [
        ({"hours": "24.01"}, HoursUnit.PER_DAY),
        ({"hours": "1", "double_hours": "25"}, HoursUnit.PER_VISIT),
        ({"hours": "169"}, HoursUnit.PER_WEEK),
        ({"hours": "745"}, HoursUnit.PER_MONTH),
    ],
)
def test_nobody_works_more_hours_than_there_are(hours: dict[str, str], unit_of_time: HoursUnit) -> None:
    with pytest.raises(TooManyHours, match="kan vara högst"):
        register(received(), wanted(**hours, hours_unit=unit_of_time))
    assert register(received(), wanted(hours="24", hours_unit=HoursUnit.PER_DAY)).rows
