"""What operators are told: outboxes, dead messages, and how far services agree."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.beliefs import Difference
from chassis.dead import Death
from chassis.figures import Figures, Lying, Obstacles, Trouble
from chassis.reconciliation import Ahead, Behind
from chassis.trace import Arrived, Came, Passage
from cli.ops.believed import Agreement
from cli.ops.dead import Heap, heap_lines
from cli.ops.outbox import lines
from cli.ops.reach import missing_lines
from cli.ops.reconcile import agreement_lines, minds_of, pairs, standing_lines, verdict
from cli.ops.subjects import IN_FULL, Pair, Standing
from cli.ops.trace import ABOUT, story_lines, subjects_of
from contracts.topology import HEARS

NOW = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)
THEN = NOW - timedelta(hours=3)
PAIR = Pair("execution", "journal")
SUBJECT = f"assignment/{UUID(int=7)}"


def test_an_outbox_says_what_waits_why_and_for_whom() -> None:
    there = Figures(3, THEN, 2, (Lying("authority", "parked", 1, THEN), Lying("", "parked", 2, THEN)))
    why = Obstacles((Trouble("NO_ROUTE", 2, 9, THEN),), 1, {"journal": 2})
    assert list(lines("execution", there, why, NOW)) == [
        "execution: 3 to send, the oldest 3h old; 2 to send again",
        "  out  2 × NO_ROUTE (tried up to 9 times, the oldest 3h old)",
        "  out  1 subjects are held back by an earlier message of theirs",
        "  again  2 to journal",
        "  in   1 parked from authority, the oldest 3h old",
        "  in   2 parked from nobody known, the oldest 3h old",
    ]
    nothing = Figures(0, None, 0, ())
    assert list(lines("notify", nothing, Obstacles((), 0, {}), NOW)) == ["notify: 0 to send; 0 to send again"]


def test_the_dead_are_said_by_heap_the_largest_first() -> None:
    small, large = Heap(), Heap()
    small.add(10, Death("journal.inbox", "rejected", None))
    for at in (THEN, NOW, NOW):
        large.add(100, Death("execution.inbox", "delivery_limit", at))
    heaps = {("journal.inbox", "x", "rejected"): small, ("execution.inbox", "y", "delivery_limit"): large}
    assert heap_lines(heaps.items()) == [
        "  3 × y from execution.inbox: delivery_limit "
        "(300 bytes, 2026-11-28 11:00:00+01:00 – 2026-11-28 14:00:00+01:00)",
        "  1 × x from journal.inbox: rejected (10 bytes)",
    ]


def test_what_differs_between_owner_and_receiver_is_said_with_what_to_do() -> None:
    standing = Standing(PAIR, settled=9)
    standing.add(Behind(SUBJECT, 9, 8, on_the_way=(9,)))
    standing.add(Behind(SUBJECT, 9, 2, missing=(3, 4), gone=(5,), parked=(6,), on_the_way=(7, 8, 9)))
    standing.add(Ahead(SUBJECT, 5, 7))
    head, missing, gone, parked, ahead = standing_lines(standing)
    assert head == "execution → journal: 9 subjects as told, 1 on their way, 2 differ"
    assert missing.startswith(f"  {SUBJECT} #3–#4 never came: `reconcile --repair`")
    assert "`parked skip-gap execution:assignment/" in gone
    assert parked == f"  {SUBJECT} #6 is parked: `parked list --service journal`"
    assert "is at #7 in journal, and execution has told #5 only" in ahead


def test_what_may_only_lie_in_the_queue_is_said_to() -> None:
    standing = Standing(PAIR, queue="full")
    standing.add(Behind(SUBJECT, 9, 8, on_the_way=(9,)))
    head, queue = standing_lines(standing)
    assert head.endswith("1 on their way, 0 differ")
    assert queue == "  messages lie in its queue: what has not come may be among them, and counts as on its way"


def test_of_very_many_the_first_are_listed_and_the_others_counted() -> None:
    standing = Standing(PAIR)
    for n in range(IN_FULL + 3):
        standing.add(Behind(f"assignment/{n}", 2, 1, missing=(2,)))
    said = list(standing_lines(standing))
    assert len(said) == 1 + IN_FULL + 1
    assert said[-1] == "  and 3 more"


def test_what_two_services_believe_differently_is_said_of_each() -> None:
    (minds,) = minds_of([PAIR])
    agreement = Agreement(minds, 5, 1, 1, [Difference(UUID(int=7), ("row:a", "row:b"), ())])
    head, differs, why = agreement_lines(agreement)
    assert head == "execution – journal: 5 assignments agree, 1 left out (on their way), 1 differ"
    assert differs == f"  {SUBJECT}: only execution says row:a, row:b"
    assert "sending again changes nothing" in why


def test_every_owner_is_compared_with_each_who_hears_it_and_minds_once() -> None:
    assert len(pairs(None)) == sum(map(len, HEARS.values()))
    assert {pair for pair in pairs("deviation") if "deviation" not in (pair.owner, pair.receiver)} == set()
    named = [(minds.one, minds.other) for minds in minds_of(pairs(None))]
    assert named == [("authority", "execution"), ("execution", "journal"), ("execution", "deviation")]


def test_the_last_line_says_whether_there_is_drift() -> None:
    assert verdict(0, 0) == "no drift"
    assert verdict(2, 1) == "drift: 2 differ"
    assert verdict(0, 1) == "no drift in what could be asked; 1 service could not be"
    assert verdict(0, 0, 3).startswith("no drift in what could be seen: ask again when the queues are empty, 3 may")


def test_an_id_alone_may_be_of_anything_and_a_subject_of_one_thing() -> None:
    id = UUID(int=7)
    assert subjects_of(str(id)) == [f"{about}/{id}" for about in ABOUT]
    assert "assignment" in ABOUT
    assert subjects_of(f"assignment/{id}".upper().replace("ASSIGNMENT", "assignment")) == [SUBJECT]
    assert subjects_of("PO 5/11") is None
    assert subjects_of(f"boat/{id}") is None


def test_what_is_the_same_of_several_services_is_said_once() -> None:
    missing = {"authority": "nothing listens at h:1", "journal": "it hangs", "notify": "nothing listens at h:1"}
    assert missing_lines(missing) == ["authority, notify: nothing listens at h:1", "journal: it hangs"]


def test_a_trace_does_not_say_that_there_is_nothing_where_nobody_could_be_asked() -> None:
    everybody = dict.fromkeys(HEARS, "nothing listens at h:1")
    assert story_lines(SUBJECT, [], everybody) == ["all services: nothing listens at h:1"]
    assert story_lines(SUBJECT, [], {"journal": "it hangs"}) == [
        "journal: it hangs",
        f"{SUBJECT}: no message in the services that could be asked",
    ]
    (nothing,) = story_lines(SUBJECT, [], {})
    assert nothing.startswith(f"{SUBJECT}: 0 messages: no service has told anything about it")


def test_a_trace_tells_an_owner_that_could_not_be_asked_from_one_that_does_not_know() -> None:
    came = Came(UUID(int=1), "authority", SUBJECT, 1, "x.v1", "applied", 0, None, THEN, NOW, None)
    passage = Passage("authority", None, (Arrived("execution", came, True),))
    assert "    authority     could not be asked" in story_lines(SUBJECT, [passage], {"authority": "it hangs"})
    known = story_lines(SUBJECT, [passage], {})
    assert "    authority     does not know it: it is older than what it told" in known
