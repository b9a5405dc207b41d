import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from chassis.pages import day
from chassis.swedish import sort_key
from services.execution.assignment import RowStatus, Status
from services.execution.doubts import doubts, outside, same_time
from services.execution.features.decline import Decline, decline
from services.execution.features.end_assignment import EndAssignment, end_assignment
from services.execution.features.new_assignments import next_step
from services.execution.features.read_assignment import history, possible
from services.execution.features.read_assignment import next_step as waited_for
from services.execution.features.read_distribution import may_end, without_row
from services.execution.labels import ACT_LABELS, LABELS, ROW_LABELS
from services.execution.lines import heading, row_lines
from services.execution.measures import HoursUnit
from tests.support.assignments import (
    BLANDAREN,
    NOW,
    TODAY,
    UTE,
    accepted,
    acknowledged,
    distributed,
    received,
    row,
    started,
)
from tests.support.people import actor

NAMES = {BLANDAREN: "Blandaren", UTE: "Blandaren ute"}
EVA, JONAS, OMAR = actor("eva.nyberg"), actor("jonas.ek"), actor("omar.haddad")


@pytest.mark.requirement("TRE-DIST-10")
def test_rows_are_shown_with_double_staffing_and_numbers_as_people_write_them() -> None:
    rows = (
        row(
            1,
            hours=Decimal("0.5"),
            double_hours=Decimal("0.33"),
            hours_unit=HoursUnit.PER_VISIT,
            status=RowStatus.RECALLED,
        ),
        row(2, status=RowStatus.REMOVED),
        row(3, hours=Decimal(1)),
        row(4, double_hours=Decimal("0.25")),
    )
    lines = row_lines(started(*rows), NAMES)
    assert [(line.number, line.hours) for line in lines] == [(1, "0,50 (+0,33)"), (3, "1,00"), (4, "(+0,25)")]
    assert (lines[0].hours_unit, lines[0].status_text, lines[0].unit) == ("Tim/besök", "Återkallad", "Blandaren ute")
    assert lines[1].status_text == "Skickad till genomförande"


def test_an_unknown_unit_is_shown_as_unknown() -> None:
    assert heading(received(), {}).unit == "okänd enhet"
    assert row_lines(distributed(), {})[0].unit == "okänd enhet"


def test_who_it_is_about_is_shown_with_their_number() -> None:
    assert heading(received(), NAMES).identity == "19380303-9142"
    nameless = received().order.person.model_copy(update={"identity_number": None})
    order = received().order.model_copy(update={"person": nameless})
    assert heading(replace(received(), order=order), NAMES).identity == "personnummer saknas"


@pytest.mark.requirement("R-30")
def test_what_is_current_or_planned_is_with_a_unit_and_its_last_day_has_not_passed() -> None:
    assert row(1).current_or_planned(TODAY)
    assert row(1, period_from=TODAY + timedelta(days=9)).current_or_planned(TODAY)
    assert row(1, status=RowStatus.ENDED, period_to=TODAY).current_or_planned(TODAY)
    assert not row(1, status=RowStatus.ENDED, period_to=TODAY).current_or_planned(TODAY + timedelta(days=1))
    for status in (RowStatus.REGISTERED, RowStatus.RECALLED, RowStatus.REMOVED):
        assert not row(1, status=status).current_or_planned(TODAY)


def test_the_history_tells_what_was_done_the_latest_first() -> None:
    command = Decline.model_validate({"reason": "no_capacity", "holder": "provider", "explanation": "Fullt"})
    after = decline(accepted(), command, EVA, NOW).state
    assert [(told.what, told.by, told.reason, told.note) for told in history(after)] == [
        ("Avböjde uppdraget", "Eva Nyberg", "no_capacity", "Fullt")
    ]


def test_each_sees_what_they_can_do_now() -> None:
    new = possible(received(), EVA, NAMES, {})
    assert (new.distribute, new.decline, new.acknowledge_for, new.start_for) == (True, True, [], [])
    worker = possible(distributed(), JONAS, NAMES, {})
    assert [choice.name for choice in worker.acknowledge_for] == ["Blandaren ute"]
    assert (worker.distribute, worker.decline, worker.start_for, worker.change_rows) == (False, False, [], [])
    ready = possible(acknowledged(), EVA, NAMES, {})
    assert ([choice.id for choice in ready.start_for], ready.acknowledge_for) == ([UTE], [])
    assert ready.change_rows == [UUID(int=1)]
    recalled = replace(accepted(), rows=(row(1, status=RowStatus.RECALLED),))
    assert not possible(recalled, EVA, NAMES, {}).decline
    over = possible(replace(started(), status=Status.CLOSED), OMAR, NAMES, {OMAR.member_id: "Omar Haddad"})
    assert (over.distribute, over.change_rows, over.colleagues, over.follow_up) == (False, [], [], False)
    protected = replace(started(), order=received(cleared=["omar.haddad"]).order)
    names = {OMAR.member_id: "Omar Haddad", JONAS.member_id: "Jonas Ek"}
    assert [choice.name for choice in possible(protected, OMAR, NAMES, names).colleagues] == ["Jonas Ek"]


def test_the_next_step_is_one_that_the_reader_may_take() -> None:
    assert next_step(received(), EVA) == "distribute"
    assert next_step(received(), actor("karin.berg")) == "read"
    assert next_step(distributed(), JONAS) == "acknowledge"
    more = started(row(1), row(2, status=RowStatus.REGISTERED))
    assert (next_step(more, EVA), next_step(more, JONAS)) == ("distribute", "read")


def test_ordered_services_that_nobody_has_been_given_are_pointed_out() -> None:
    assert without_row(received()) == ["Morgonhjälp"]
    assert without_row(accepted()) == []
    assert without_row(distributed(row(1, status=RowStatus.RECALLED))) == ["Morgonhjälp"]


def test_the_whole_assignment_can_be_ended_when_every_row_is_recalled_and_not_before() -> None:
    recalled, removed = row(1, status=RowStatus.RECALLED), row(2, status=RowStatus.REMOVED)
    offered = replace(accepted(), rows=(recalled, removed))
    assert may_end(offered)
    assert end_assignment(offered, EndAssignment(last_day=TODAY), EVA, NOW, TODAY).state.status is Status.ENDED
    more = replace(accepted(), rows=(recalled, row(3, status=RowStatus.REGISTERED)))
    for other in (received(), accepted(), distributed(), distributed(recalled, row(3)), started(), more):
        assert not may_end(other)
    assert not may_end(replace(offered, status=Status.CLOSED))


def test_names_are_in_swedish_alphabetical_order() -> None:
    wanted = ["Andersson, Eva", "Édouard, Zoe", "Eklund, Bo", "Zorn, Ida", "Åberg, Li", "Ängman, Per", "Öman, Åsa"]
    mixed = random.Random(7).sample(wanted, len(wanted))
    assert sorted(mixed, key=sort_key) == wanted
    assert sorted(["Berga, A", "Berg, Ö"], key=sort_key) == ["Berg, Ö", "Berga, A"]


def test_every_code_has_words() -> None:
    assert {status.value for status in Status} <= LABELS.keys()
    assert {status.value for status in RowStatus} == ROW_LABELS.keys()
    assert {
        "register",
        "merge",
        "remove",
        "distribute",
        "recall",
        "acknowledge",
        "start",
        "end-row",
    } <= ACT_LABELS.keys()


@pytest.mark.parametrize(
    ("decision", "row_days", "uncovered"),
    [
        ((None, None), (0, None), False),
        ((0, None), (0, None), False),
        ((0, None), (-1, None), True),
        ((0, 9), (0, 9), False),
        ((0, 9), (0, 10), True),
        ((0, 9), (0, None), True),
        ((None, 9), (-5, 9), False),
    ],
)
def test_days_that_the_decision_does_not_cover_are_noticed(
    decision: tuple[int | None, int | None], row_days: tuple[int, int | None], uncovered: bool
) -> None:
    begins, ends = (None if day is None else TODAY + timedelta(days=day) for day in decision)
    first, last = (None if day is None else TODAY + timedelta(days=day) for day in row_days)
    assignment = replace(accepted(), period_from=begins, period_to=ends)
    assert outside(row(1, period_from=first, period_to=last), assignment) is uncovered


@pytest.mark.parametrize(
    ("first", "other", "twice"),
    [
        ((0, None), (5, None), True),
        ((0, 5), (5, 9), True),
        ((0, 4), (5, 9), False),
        ((5, None), (0, 4), False),
    ],
)
def test_the_same_intervention_at_the_same_unit_on_the_same_day_is_noticed(
    first: tuple[int, int | None], other: tuple[int, int | None], twice: bool
) -> None:
    one, two = (
        row(number, period_from=TODAY + timedelta(days=start), period_to=end and TODAY + timedelta(days=end))
        for number, (start, end) in enumerate((first, other), 1)
    )
    assert same_time(one, two) is twice
    assert same_time(two, one) is twice
    assert not same_time(one, replace(two, unit_id=BLANDAREN))
    assert not same_time(one, replace(two, service="kvallshjalp"))


def test_what_to_look_twice_at_is_said_by_the_numbers_of_the_rows_and_for_what_is_not_sent() -> None:
    rows = (row(1), row(2, status=RowStatus.RECALLED), row(3, status=RowStatus.REGISTERED, period_from=TODAY))
    ends = TODAY + timedelta(days=9)
    found = doubts(replace(started(*rows), period_from=TODAY, period_to=ends))
    assert list(found) == [UUID(int=3)]
    assert [sentence.partition(",")[0] for sentence in found[UUID(int=3)]] == [
        "Rad 3 går utanför beslutsperioden",
        "Rad 1 och rad 3 är samma insats på samma enhet samtidigt.",
    ]
    assert found[UUID(int=3)][0].endswith(f"{day(TODAY)} – {day(ends)}.")
    assert doubts(started(row(1), row(2))) == {}


def test_the_page_says_what_is_waited_for_and_of_whom() -> None:
    said = {
        "Chef eller samordnare på Blandaren fördelar uppdraget.": (received(), accepted()),
        "Blandaren ute kvitterar uppdraget.": (distributed(),),
        "Chef eller samordnare registrerar första besöket när det är gjort.": (acknowledged(),),
        "En insats är registrerad men inte skickad till genomförande.": (
            started(row(1), row(2, status=RowStatus.REGISTERED)),
        ),
        "Målen följs upp.": (started(),),
        "": (replace(received(), status=Status.DECLINED), replace(started(), status=Status.ENDED)),
    }
    for sentence, assignments in said.items():
        assert [waited_for(assignment, NAMES) for assignment in assignments] == [sentence] * len(assignments)


def test_lists_show_what_units_carry_out_and_all_that_is_ordered_until_it_is_distributed() -> None:
    everything = tuple(service.name for service in received().order.services)
    recalled = row(2, service="kvallshjalp", service_name="Kvällshjälp", status=RowStatus.RECALLED)
    assert received().services_now == everything
    assert started(row(1), recalled).services_now == ("Morgonhjälp",)
    assert started(row(1), row(2, status=RowStatus.REGISTERED)).services_now == everything
