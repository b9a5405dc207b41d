"""Every event that notify hears: the rule that says who is told, or why nobody is."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts import authority, deviation, execution, organisation
from contracts.event import Event
from services.notify import assignment_rules, deviation_rules
from services.notify.matter import Matter
from services.notify.telling import Told

Rule = Callable[[Any, Matter], Told]

RULES: Mapping[type[Event], Rule] = {
    execution.AssignmentReceived: assignment_rules.assignment_received,
    execution.AssignmentDeclined: assignment_rules.assignment_declined,
    execution.AssignmentDistributed: assignment_rules.assignment_distributed,
    execution.AssignmentAcknowledged: assignment_rules.assignment_acknowledged,
    execution.AcknowledgementDelayed: assignment_rules.acknowledgement_delayed,
    execution.InterventionStarted: assignment_rules.intervention_started,
    execution.InterventionEnded: assignment_rules.intervention_ended,
    execution.FollowUpSubmitted: assignment_rules.follow_up_submitted,
    execution.AssignmentEnded: assignment_rules.assignment_ended,
    authority.AssignmentWithdrawn: assignment_rules.assignment_withdrawn,
    authority.DeclineConfirmed: assignment_rules.decline_confirmed,
    authority.FollowUpReceived: assignment_rules.follow_up_received,
    authority.AssignmentClosed: assignment_rules.assignment_closed,
    deviation.DeviationRegistered: deviation_rules.deviation_registered,
    deviation.ManagerMissing: deviation_rules.manager_missing,
    deviation.DeviationMoved: deviation_rules.deviation_moved,
    deviation.LexSuspected: deviation_rules.lex_suspected,
    deviation.AnalysisStarted: deviation_rules.analysis_started,
    deviation.FeedbackGiven: deviation_rules.feedback_given,
    deviation.DeviationClosed: deviation_rules.deviation_closed,
    deviation.DeviationRemoved: deviation_rules.deviation_removed,
}

TELLS_NOBODY: Mapping[type[Event], str] = {
    authority.AssignmentSent: "the unit is told when it has been received",
    authority.ClearanceChanged: "who may see a protected person is for those who decide it",
    authority.PersonCorrected: "those who work with the person see what is right on its pages",
    execution.CorrectionShared: "those who work with the person see what is right on its pages",
    execution.ClearanceShared: "who may see a protected person is for those who document it",
    organisation.UnitChanged: "kept in the replica",
    organisation.MemberChanged: "kept in the replica",
    organisation.ManagersChanged: "kept in the replica",
}
"""Every other event that notify hears, and why no notice comes of it."""
