"""Who is told about a deviation: one pure function for each event of deviation that matters."""

from dataclasses import replace
from uuid import UUID

from contracts.deviation import (
    AnalysisStarted,
    DeviationClosed,
    DeviationMoved,
    DeviationRegistered,
    DeviationRemoved,
    FeedbackGiven,
    LexSuspected,
    ManagerMissing,
)
from services.notify.matter import Matter, Suspicion, over
from services.notify.notice import EVERYWHERE, Kind
from services.notify.telling import Overtaken, Telling, Told

WITH_A_MANAGER = (
    *(Kind.DEVIATION, Kind.DEVIATION_MOVED, Kind.MANAGER_MISSING, Kind.UNIT_WITHOUT_MANAGER),
    *(Kind.LEX_SARAH, Kind.LEX_MARIA),
)
"""What there is to do until it is analysed, closed or with somebody else."""


def deviation_registered(event: DeviationRegistered, matter: Matter) -> Told:
    """TRE-DEV-16: the responsible manager. Without one, ManagerMissing follows."""
    return _handed_over(Kind.DEVIATION, event, matter)


def manager_missing(event: ManagerMissing, matter: Matter) -> Told:
    """R-26: the reporter at once, and user support wherever they are."""
    reporter = Telling(Kind.MANAGER_MISSING, event.reported_by, event.unit_id)
    support = Telling(Kind.UNIT_WITHOUT_MANAGER, EVERYWHERE, event.unit_id, event.reported_by)
    return Told(replace(matter, manager_id=None), (reporter, support), (Overtaken(WITH_A_MANAGER),))


def deviation_moved(event: DeviationMoved, matter: Matter) -> Told:
    """The manager it now lies with; for one whose unit has had it all the time it is a new deviation."""
    stayed = event.unit_id == event.from_unit_id
    return _handed_over(Kind.DEVIATION if stayed else Kind.DEVIATION_MOVED, event, matter)


def _handed_over(kind: Kind, event: DeviationRegistered | DeviationMoved, matter: Matter) -> Told:
    """The manager is told of it and of what is suspected, except by themselves."""
    after = replace(matter, manager_id=event.manager_id)
    overtaken = (Overtaken(WITH_A_MANAGER),)
    if event.manager_id is None:
        return Told(after, (), overtaken)
    told = Telling(kind, event.manager_id, event.unit_id, event.reported_by)
    lex = (_suspected(suspicion, event.manager_id, event.unit_id) for suspicion in matter.suspicions)
    return Told(after, (told, *(one for one in lex if one.actor_member_id != event.manager_id)), overtaken)


def lex_suspected(event: LexSuspected, matter: Matter) -> Told:
    """TRE-DEV-19: the manager it lies with, or who will get it."""
    suspicion = Suspicion(Kind(event.law.value), event.suspected_by)
    after = replace(matter, suspicions=(*matter.suspicions, suspicion))
    if matter.manager_id in (None, event.suspected_by):
        return Told(after)
    return Told(after, (_suspected(suspicion, matter.manager_id, event.unit_id),))


def _suspected(suspicion: Suspicion, manager_id: UUID, unit_id: UUID) -> Telling:
    return Telling(suspicion.kind, manager_id, unit_id, suspicion.member_id)


def analysis_started(event: AnalysisStarted, matter: Matter) -> Told:
    """Tells nobody: the manager needs no reminder of what they have begun, and the reporter waits for feedback."""
    after = replace(matter, manager_id=event.manager_id or matter.manager_id)
    return Told(after, (), (Overtaken(WITH_A_MANAGER),))


def feedback_given(event: FeedbackGiven, matter: Matter) -> Told:
    return Told(matter, (Telling(Kind.FEEDBACK, event.reported_by, event.unit_id, event.given_by),))


def deviation_closed(event: DeviationClosed, matter: Matter) -> Told:
    told = Telling(Kind.DEVIATION_CLOSED, event.reported_by, event.unit_id)
    return Told(over(matter, WITH_A_MANAGER), (told,))


def deviation_removed(event: DeviationRemoved, matter: Matter) -> Told:
    """Its reporter, and the manager that it lay with, from whose list it is gone."""
    concerned = dict.fromkeys((event.reported_by, *filter(None, [matter.manager_id])))
    told = tuple(Telling(Kind.DEVIATION_REMOVED, member, event.unit_id) for member in concerned)
    return Told(over(matter, (*WITH_A_MANAGER, Kind.FEEDBACK, Kind.DEVIATION_CLOSED)), told)
