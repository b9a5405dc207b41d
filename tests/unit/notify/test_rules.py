from dataclasses import fields
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import pytest

from contracts.deviation import LexLaw
from contracts.event import Event
from contracts.topology import EVENTS, HEARS
from services.notify.matter import Matter
from services.notify.notice import EVERYWHERE, Kind, Notice, Status
from services.notify.rules import RULES, TELLS_NOBODY
from services.notify.telling import Overtaken, Telling, Told, made
from tests.support import heard
from tests.support.delayed import delayed
from tests.support.heard import CASE_WORKER, DEVIATION, row
from tests.support.municipality import member, unit
from tests.support.told import about, who

BLANDAREN, UTE, SERVICELGH = unit("blandaren"), unit("blandaren-ute"), unit("blandaren-servicelgh")
JONAS, EVA, OMAR, ANDERS = (member(login) for login in ("jonas.ek", "eva.nyberg", "omar.haddad", "anders.vik"))
REMINDERS = (Kind.ACKNOWLEDGE_REMINDER, Kind.NOT_ACKNOWLEDGED)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


WHO_IS_TOLD: list[tuple[Event, list[tuple[Kind, UUID]]]] = [
    (heard.received(), [(Kind.NEW_ASSIGNMENT, BLANDAREN)]),
    (heard.declined(), [(Kind.DECLINED, CASE_WORKER)]),
    (heard.distributed(row(1)), [(Kind.DISTRIBUTED, UTE)]),
    (heard.acknowledged(), [(Kind.ACKNOWLEDGED, CASE_WORKER)]),
    (delayed(), [(Kind.ACKNOWLEDGE_REMINDER, UTE)]),
    (delayed(2), [(Kind.ACKNOWLEDGE_REMINDER, UTE), (Kind.NOT_ACKNOWLEDGED, CASE_WORKER)]),
    (heard.started(), [(Kind.STARTED, CASE_WORKER)]),
    (heard.intervention_ended(), []),
    (heard.follow_up_submitted(), [(Kind.FOLLOW_UP, CASE_WORKER)]),
    (heard.ended(), [(Kind.ASSIGNMENT_ENDED, CASE_WORKER)]),
    (heard.withdrawn(), [(Kind.ASSIGNMENT_WITHDRAWN, BLANDAREN)]),
    (heard.decline_confirmed(), [(Kind.DECLINE_CONFIRMED, BLANDAREN)]),
    (heard.follow_up_received(), []),
    (heard.closed(), [(Kind.ASSIGNMENT_CLOSED, BLANDAREN)]),
    (heard.registered(), [(Kind.DEVIATION, OMAR)]),
    (heard.registered(manager=None), []),
    (heard.manager_missing(), [(Kind.MANAGER_MISSING, JONAS), (Kind.UNIT_WITHOUT_MANAGER, EVERYWHERE)]),
    (heard.moved(), [(Kind.DEVIATION_MOVED, ANDERS)]),
    (heard.moved(manager=None), []),
    (heard.moved(to="blandaren-ute"), [(Kind.DEVIATION, ANDERS)]),
    (heard.lex_suspected(), []),
    (heard.analysis_started(), []),
    (heard.feedback_given(), [(Kind.FEEDBACK, JONAS)]),
    (heard.deviation_closed(), [(Kind.DEVIATION_CLOSED, JONAS)]),
    (heard.deviation_removed(), [(Kind.DEVIATION_REMOVED, JONAS)]),
]


@pytest.mark.requirement("TRE-ASSIGN-03", "TRE-MSG-03", "TRE-DEV-16", "R-26")
@pytest.mark.parametrize(("event", "expected"), WHO_IS_TOLD, ids=lambda value: getattr(value, "type", None))
def test_an_event_is_told_to_those_it_concerns(event: Event, expected: list[tuple[Kind, UUID]]) -> None:
    assert who(about(event)) == expected


def test_every_event_that_notify_hears_has_a_rule_or_a_reason_to_tell_nobody() -> None:
    hears = {event for event in EVENTS.values() if event.owner in HEARS["notify"]}
    assert set(RULES) | set(TELLS_NOBODY) == hears
    assert not set(RULES) & set(TELLS_NOBODY)
    assert {type(event) for event, _ in WHO_IS_TOLD} == set(RULES)


def test_every_kind_of_notice_comes_of_some_event() -> None:
    changed = about(heard.distributed(row(1)), heard.acknowledged(), heard.intervention_ended())
    chosen = about(heard.distributed(recipients=("eva.nyberg",)))
    lex = [about(heard.registered(), heard.lex_suspected(law=law)) for law in LexLaw]
    told = {kind for one in (changed, chosen, *lex) for kind, _ in who(one)}
    assert told | {kind for _, expected in WHO_IS_TOLD for kind, _ in expected} == set(Kind)


def test_the_staff_of_each_unit_that_gets_a_part_are_told_once() -> None:
    told = about(heard.distributed(row(1), row(2), row(3, "blandaren-servicelgh")))
    assert set(who(told)) == {(Kind.DISTRIBUTED, UTE), (Kind.DISTRIBUTED, SERVICELGH)}
    assert len(told.tellings) == 2


def test_a_unit_that_comes_later_is_told_and_the_first_is_not_told_again() -> None:
    told = about(heard.distributed(row(1)), heard.distributed(row(1), row(2, "blandaren-servicelgh")))
    assert who(told) == [(Kind.DISTRIBUTED, SERVICELGH)]


@pytest.mark.requirement("TRE-MSG-02", "TRE-DIST-07")
def test_those_whom_the_distributor_chose_are_told_too_at_each_distribution() -> None:
    told = about(heard.distributed(row(1), recipients=("eva.nyberg", "eva.nyberg")))
    assert who(told) == [(Kind.DISTRIBUTED, UTE), (Kind.CHOSEN, EVA)]
    again = about(heard.distributed(row(1), recipients=("eva.nyberg",)), heard.distributed(row(1), row(2)))
    assert who(again) == []


@pytest.mark.requirement("C-16")
def test_whoever_acknowledged_is_told_when_the_rows_of_their_unit_change() -> None:
    told = about(heard.distributed(row(1)), heard.acknowledged(), heard.distributed(row(1), row(2)))
    assert who(told) == [(Kind.ASSIGNMENT_CHANGED, JONAS)]
    assert told.overtaken == (Overtaken((Kind.ASSIGNMENT_CHANGED,), UTE),)


@pytest.mark.requirement("C-16")
def test_whoever_acknowledged_is_told_when_everything_is_recalled_from_their_unit() -> None:
    told = about(heard.distributed(row(1)), heard.acknowledged(), heard.distributed())
    assert who(told) == [(Kind.ASSIGNMENT_CHANGED, JONAS)]


@pytest.mark.requirement("C-16")
def test_whoever_acknowledged_is_told_when_a_row_gets_a_last_day_and_when_that_day_changes() -> None:
    history = (heard.distributed(row(1)), heard.acknowledged(), heard.intervention_ended())
    assert who(about(*history)) == [(Kind.ASSIGNMENT_CHANGED, JONAS)]
    assert who(about(*history, heard.intervention_ended())) == []
    earlier = heard.intervention_ended(ended_on=date(2026, 12, 15))
    assert who(about(*history, earlier)) == [(Kind.ASSIGNMENT_CHANGED, JONAS)]


def test_that_a_row_ends_on_the_day_it_was_meant_to_is_no_change() -> None:
    planned = row(1, period_to=date(2026, 12, 31))
    assert who(about(heard.distributed(planned), heard.acknowledged(), heard.intervention_ended())) == []


def test_a_row_that_has_ended_is_no_change_when_it_is_no_longer_told() -> None:
    history = (heard.distributed(row(1), row(2)), heard.acknowledged(), heard.intervention_ended(1))
    assert who(about(*history, heard.distributed(row(2)))) == []
    assert who(about(*history, heard.distributed(row(1, period_to=date(2026, 12, 31)), row(2)))) == []
    over = row(3, period_from=date(2026, 11, 1), period_to=date(2026, 11, 22))
    assert who(about(heard.distributed(row(2), over), heard.acknowledged(), heard.distributed(row(2)))) == []


def test_a_change_at_another_unit_is_not_told_to_whoever_acknowledged_here() -> None:
    both = (row(1), row(2, "blandaren-servicelgh"))
    told = about(heard.distributed(*both), heard.acknowledged(), heard.distributed(row(1)))
    assert who(told) == []
    assert Overtaken((Kind.DISTRIBUTED, *REMINDERS), SERVICELGH) in told.overtaken


def test_a_unit_that_had_nothing_left_starts_over_with_something_to_acknowledge() -> None:
    history = (heard.distributed(row(1)), heard.acknowledged(), heard.distributed(), heard.distributed(row(1)))
    assert who(about(*history)) == [(Kind.DISTRIBUTED, UTE)]
    assert who(about(*history, heard.acknowledged())) == [(Kind.ACKNOWLEDGED, CASE_WORKER)]


def test_the_case_worker_is_told_of_an_acknowledgement_once_though_it_is_heard_again_after_a_recall() -> None:
    assert who(about(heard.distributed(row(1)), heard.acknowledged(), heard.acknowledged())) == []


def test_an_acknowledgement_leaves_nothing_to_acknowledge_at_that_unit() -> None:
    told = about(heard.distributed(row(1)), heard.acknowledged())
    assert told.overtaken == (Overtaken((Kind.DISTRIBUTED, *REMINDERS), UTE),)


@pytest.mark.requirement("TRE-ACK-03")
def test_a_reminder_takes_the_place_of_the_one_before_and_ends_with_the_assignment() -> None:
    told = about(heard.distributed(row(1)), delayed(), delayed(2))
    assert told.overtaken == (Overtaken(REMINDERS, UTE),)
    for event in (heard.ended(), heard.closed()):
        assert set(REMINDERS) <= set(about(heard.distributed(row(1)), delayed(2), event).matter.past)


def test_the_one_who_did_it_is_the_sender() -> None:
    def senders(event: Event) -> list[UUID | None]:
        return [telling.actor_member_id for telling in about(event).tellings]

    assert senders(heard.acknowledged()) == [JONAS]
    assert senders(heard.follow_up_submitted()) == [EVA]
    assert senders(heard.feedback_given()) == [OMAR]
    assert senders(heard.registered()) == [JONAS]
    assert senders(heard.manager_missing()) == [None, JONAS]
    assert senders(heard.received()) == [None]


@pytest.mark.parametrize("event", [heard.withdrawn(), heard.declined(), heard.distributed(row(1)), heard.closed()])
def test_a_new_assignment_that_is_taken_care_of_is_no_longer_news_whichever_is_heard_first(event: Event) -> None:
    assert Kind.NEW_ASSIGNMENT in about(heard.received(), event).matter.past
    late = about(event, heard.received())
    assert [notice.status for notice in made(late, UUID(int=9), NOW)] == [Status.MOOT]


def test_a_follow_up_that_the_case_worker_has_read_is_no_longer_news_whichever_is_heard_first() -> None:
    assert about(heard.follow_up_received()).overtaken == (Overtaken((Kind.FOLLOW_UP,), part_id=heard.FOLLOW_UP),)
    late = about(heard.follow_up_received(), heard.follow_up_submitted())
    assert [notice.status for notice in made(late, UUID(int=9), NOW)] == [Status.MOOT]
    other = about(heard.follow_up_received(), heard.follow_up_submitted(UUID(int=5)))
    assert [notice.status for notice in made(other, UUID(int=9), NOW)] == [Status.OPEN]


def test_a_notice_is_made_of_ids_codes_and_moments_and_has_one_id_per_message_and_recipient() -> None:
    told = Told(Matter(DEVIATION), (Telling(Kind.FEEDBACK, JONAS, UTE, OMAR), Telling(Kind.FEEDBACK, EVA, UTE, OMAR)))
    cause = UUID(int=7)
    first, second = made(told, cause, NOW)
    expected = uuid5(cause, f"feedback/{JONAS}/{UTE}")
    assert first == Notice(expected, Kind.FEEDBACK, JONAS, UTE, DEVIATION, None, OMAR, NOW, Status.OPEN)
    assert first.id != second.id
    assert made(told, cause, NOW) == (first, second)
    assert {str(field.type) for field in fields(Notice)} <= {
        str(kind) for kind in (UUID, UUID | None, Kind, datetime, Status)
    }
