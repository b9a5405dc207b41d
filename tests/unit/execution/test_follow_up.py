import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from chassis.auth import Actor, Login
from chassis.decision import NotFound, Refused
from contracts.execution import ActionDecision
from services.execution.assignment import Assignment, Row, RowStatus, Status
from services.execution.features.create_document import discard, mark_final
from services.execution.features.receive import receive as receive_assignment
from services.execution.features.sign_follow_up import (
    AlreadySigned,
    LoginTooWeak,
    NotFinal,
    OtherDocument,
    SignFollowUp,
    sign_follow_up,
)
from services.execution.features.start_follow_up import NotStarted, OneAtATime, OrderClosed, start_follow_up
from services.execution.features.submit_follow_up import (
    AlreadySubmitted,
    ClosedMeanwhile,
    NotSigned,
    receive,
    submit_follow_up,
)
from services.execution.features.write_follow_up import (
    NotAnOrderedGoal,
    RatedGoal,
    Signed,
    WriteFollowUp,
    write_follow_up,
)
from services.execution.follow_up import (
    TRANSITIONS,
    EveryGoalRated,
    FollowUp,
    FollowUpStatus,
    SignatureDateMissing,
    create,
    step,
)
from tests.support.municipality import unit
from tests.support.orders import GOALS, order, sent
from tests.support.people import actor
from tests.support.transitions import moves, not_refused

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
JONAS = actor("jonas.ek")
DOCUMENT = "<p>Moira klarar morgonen</p>"


def assignment(status: Status = Status.IN_EXECUTION) -> Assignment:
    received = receive_assignment(sent(), order(), NOW).state
    row = Row(UUID(int=1), "morgonhjalp", "Morgonhjälp", unit("blandaren-ute"), TODAY, status=RowStatus.SENT)
    return replace(received, status=status, rows=(row,))


def started() -> FollowUp:
    return start_follow_up(assignment(), False, JONAS, UUID(int=9), NOW).state


def command(*ratings: int | None, **changes: object) -> WriteFollowUp:
    rated = tuple(RatedGoal(goal_id=goal.goal_id, rating=rating) for goal, rating in zip(GOALS, ratings, strict=False))
    return WriteFollowUp.model_validate({"ratings": rated, "signature_date": TODAY} | changes)


def written(*ratings: int | None, **changes: object) -> FollowUp:
    return write_follow_up(started(), assignment(), command(*ratings, **changes), JONAS, TODAY).state


def final() -> FollowUp:
    return mark_final(create(written(4, 2), assignment(), DOCUMENT, JONAS).state, assignment(), JONAS).state


def seen(follow_up: FollowUp) -> SignFollowUp:
    return SignFollowUp(document_sha256=follow_up.document_sha256 or "")


def signed() -> FollowUp:
    return sign_follow_up(
        final(), assignment(), seen(final()), JONAS, NOW, lambda claims: f"signed:{claims['document_sha256']}"
    ).state


@pytest.mark.requirement("PUL-FOLLOWUP-01")
def test_a_follow_up_starts_with_the_goals_of_the_order_unrated() -> None:
    follow_up = started()
    assert [(goal.text, goal.rating) for goal in follow_up.ratings] == [(goal.text, None) for goal in GOALS]
    assert (follow_up.round, follow_up.status) == (1, FollowUpStatus.DRAFT)


@pytest.mark.requirement("PUL-FOLLOWUP-12")
def test_the_next_one_is_a_new_round_and_only_when_the_last_is_submitted() -> None:
    later = replace(assignment(), follow_up_rounds=2)
    assert start_follow_up(later, False, JONAS, uuid4(), NOW).state.round == 3
    with pytest.raises(OneAtATime):
        start_follow_up(later, True, JONAS, uuid4(), NOW)


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.DISTRIBUTED, Status.ACKNOWLEDGED])
def test_what_is_not_started_is_not_followed_up(status: Status) -> None:
    with pytest.raises(NotStarted):
        start_follow_up(assignment(status), False, JONAS, uuid4(), NOW)


def test_a_closed_assignment_gets_no_more_follow_ups() -> None:
    with pytest.raises(OrderClosed):
        start_follow_up(assignment(Status.CLOSED), False, JONAS, uuid4(), NOW)


def test_an_assignment_ended_by_the_provider_can_still_be_followed_up() -> None:
    assert start_follow_up(assignment(Status.ENDED), False, JONAS, uuid4(), NOW).state


@pytest.mark.parametrize("login", ["lina.dahl", "karin.berg", "nils.holm"])
def test_others_do_not_see_it(login: str) -> None:
    with pytest.raises(NotFound):
        start_follow_up(assignment(), False, actor(login), uuid4(), NOW)


@pytest.mark.requirement("PUL-FOLLOWUP-02", "PUL-FOLLOWUP-03", "R-32")
def test_the_ratings_alone_are_mandatory() -> None:
    document = create(written(0, 5), assignment(), DOCUMENT, JONAS).state
    assert document.status is FollowUpStatus.DOCUMENT_CREATED
    assert document.document_sha256 == hashlib.sha256(DOCUMENT.encode()).hexdigest()
    for unfinished in (written(), written(3), written(3, None)):
        with pytest.raises(EveryGoalRated, match=r"Skatta måluppfyllelsen för varje mål \(0–5\)"):
            create(unfinished, assignment(), DOCUMENT, JONAS)


@pytest.mark.requirement("PUL-FOLLOWUP-03")
@pytest.mark.parametrize("rating", [6, -1, 2.5, "tre"])
def test_a_rating_outside_the_scale_is_not_taken(rating: object) -> None:
    with pytest.raises(ValidationError):
        RatedGoal.model_validate({"goal_id": GOALS[0].goal_id, "rating": rating})


def test_only_the_goals_of_the_order_are_rated_and_each_once() -> None:
    for ratings in (
        (RatedGoal(goal_id=uuid4(), rating=3),),
        (RatedGoal(goal_id=GOALS[0].goal_id, rating=3), RatedGoal(goal_id=GOALS[0].goal_id, rating=4)),
    ):
        with pytest.raises(NotAnOrderedGoal):
            write_follow_up(started(), assignment(), WriteFollowUp(ratings=ratings), JONAS, TODAY)


@pytest.mark.requirement("PUL-FOLLOWUP-04", "PUL-FOLLOWUP-05", "PUL-FOLLOWUP-06", "PUL-FOLLOWUP-07")
def test_the_other_headings_are_kept_as_written() -> None:
    follow_up = written(
        1, 1, situation_change="Ny lägenhet", action="continue", changes="Fler promenader", comment="<b>"
    )
    texts = (follow_up.situation_change, follow_up.changes, follow_up.comment)
    assert texts == ("Ny lägenhet", "Fler promenader", "<b>")
    assert follow_up.action is ActionDecision.CONTINUE


@pytest.mark.requirement("PUL-FOLLOWUP-08")
def test_the_document_needs_a_date_for_the_signature() -> None:
    with pytest.raises(SignatureDateMissing):
        create(written(1, 1, signature_date=None), assignment(), DOCUMENT, JONAS)


@pytest.mark.requirement("PUL-FOLLOWUP-09", "PUL-FOLLOWUP-10", "R-13")
def test_it_is_signed_only_when_final_and_not_edited_afterwards() -> None:
    document = create(written(4, 2), assignment(), DOCUMENT, JONAS).state
    for early in (started(), written(4, 2), document):
        with pytest.raises(NotFinal):
            sign_follow_up(early, assignment(), seen(early), JONAS, NOW, lambda _: "x")
    with pytest.raises(OtherDocument):
        sign_follow_up(final(), assignment(), SignFollowUp(document_sha256="0" * 64), JONAS, NOW, lambda _: "x")
    with pytest.raises(AlreadySigned):
        sign_follow_up(signed(), assignment(), seen(signed()), JONAS, NOW, lambda _: "x")
    with pytest.raises(Signed):
        write_follow_up(signed(), assignment(), command(1, 1), JONAS, TODAY)
    with pytest.raises(Refused):
        discard(signed(), assignment(), JONAS)
    assert discard(final(), assignment(), JONAS).state.document is None


@pytest.mark.requirement("PUL-FOLLOWUP-10")
def test_the_signature_binds_who_when_how_and_the_document() -> None:
    said: dict[str, object] = {}
    by = replace(JONAS, login=Login("jonas.ek", "https://idp.example", "loa3", ("swk",), 1_795_000_000))
    sign_follow_up(final(), assignment(), seen(final()), by, NOW, lambda claims: said.update(claims) or "jws")
    assert said["document_sha256"] == hashlib.sha256(DOCUMENT.encode()).hexdigest()
    assert (said["signed_by"], said["signed_at"], said["role"]) == (
        str(JONAS.member_id),
        NOW.isoformat(),
        "care_worker",
    )
    assert said["authentication"] == {
        "issuer": "https://idp.example",
        "subject": "jonas.ek",
        "acr": "loa3",
        "amr": ["swk"],
        "auth_time": 1_795_000_000,
    }


def test_a_login_without_a_level_of_assurance_cannot_sign() -> None:
    weak: Actor = replace(JONAS, login=Login("jonas.ek", "https://idp.example"))
    with pytest.raises(LoginTooWeak):
        sign_follow_up(final(), assignment(), seen(final()), weak, NOW, lambda _: "x")


@pytest.mark.requirement("PUL-FOLLOWUP-11", "R-14")
def test_only_a_signed_follow_up_is_submitted_and_once() -> None:
    for early in (started(), written(4, 2), final()):
        with pytest.raises(NotSigned):
            submit_follow_up(early, assignment(), JONAS, NOW)
    decision = submit_follow_up(signed(), assignment(), JONAS, NOW)
    (event,) = decision.events
    assert event.model_dump(include={"round", "signed_by"}) == {"round": 1, "signed_by": JONAS.member_id}
    with pytest.raises(AlreadySubmitted):
        submit_follow_up(decision.state, assignment(), JONAS, NOW)


def test_nothing_is_submitted_in_an_order_that_the_authority_has_closed() -> None:
    with pytest.raises(ClosedMeanwhile):
        submit_follow_up(signed(), assignment(Status.CLOSED), JONAS, NOW)


def test_hearing_that_the_authority_has_read_it_is_idempotent() -> None:
    submitted = submit_follow_up(signed(), assignment(), JONAS, NOW).state
    read = receive(submitted).state
    assert read.status is FollowUpStatus.RECEIVED
    assert receive(read).state == read


def test_it_goes_where_the_table_says_and_nowhere_else() -> None:
    table = moves(
        {
            "write": "draft",
            "create-document": "draft>document_created",
            "discard-document": "document_created>draft final>draft",
            "mark-final": "document_created>final",
            "sign": "final>signed",
            "submit": "signed>submitted",
            "receive": "submitted>received",
        }
    )
    pairs = product(FollowUpStatus, {command for _, command in TRANSITIONS})
    assert not_refused(lambda status, wanted: step(replace(started(), status=status), wanted), pairs) == table
