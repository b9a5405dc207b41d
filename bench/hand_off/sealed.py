"""The real thing: an order sealed for execution, received by execution's own handler into its own tables."""

from datetime import UTC, datetime
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from uuid_utils.compat import uuid7

from bench.hand_off import chassis
from bench.hand_off.course import Course, run, until_stopped
from contracts.authority import AssignmentSent, Order, OrderedGoal, OrderedService, PersonCard
from contracts.sealed import Sealed

SENDER, RECEIVER = "authority", "execution"
SOMEBODY = uuid5(NAMESPACE_URL, "somebody")
DECIDED = datetime(2026, 11, 18, tzinfo=UTC).date()
ORDER = Order(
    person=PersonCard(
        person_id=SOMEBODY,
        identity_number="193803039142",
        identity_type="personnummer",
        family_name="Mustafsson",
        given_name="Moira",
        contact_language="svenska",
    ),
    case_number="0669870",
    decision="Personlig omvårdnad",
    decision_date=DECIDED,
    legal_basis="11 kap. 1 § SoL (2025:400)",
    decision_maker="Karin Berg",
    assignment_name="PO 5/11",
    services=(OrderedService(code="morgonhjalp", name="Morgonhjälp"),),
    goals=(
        OrderedGoal(goal_id=uuid5(NAMESPACE_URL, "goal-1"), text="Klara morgonen själv"),
        OrderedGoal(goal_id=uuid5(NAMESPACE_URL, "goal-2"), text="Komma ut varje dag"),
    ),
    cover_message="Ring på, hon hör dåligt.",
    sent_by="Karin Berg",
)


def assignment_sent(_number: int, at: datetime) -> AssignmentSent:
    """A new assignment each time, as there is one for each sending."""
    return AssignmentSent(
        assignment_id=uuid7(),
        person_id=SOMEBODY,
        unit_id=SOMEBODY,
        authority_unit_id=SOMEBODY,
        case_worker_id=SOMEBODY,
        decision_id=SOMEBODY,
        decision_date=DECIDED,
        legal_basis="sol2025-11-1",
        services=("morgonhjalp",),
        sent_at=at,
        order=Sealed(ORDER),
    )


async def receiver(course: Course) -> None:
    from services.execution.app import blueprint

    async with chassis.well(chassis.made(blueprint, course, course.receiver)):
        await until_stopped()


if __name__ == "__main__":
    run(
        {
            "fill": partial(chassis.fill, owner=SENDER, make=assignment_sent),
            "relay": partial(chassis.relay, owner=SENDER),
            "sender": partial(chassis.sender, owner=SENDER, make=assignment_sent),
            "receiver": receiver,
        }
    )
