from dataclasses import replace
from itertools import product

import pytest

from chassis.decision import Who
from services.deviation.deviation import LABELS, TRANSITIONS, Deviation, NotPossibleNow, Status, advance
from services.deviation.rights import ALLOWED
from tests.support.deviations import NOW, OMAR, registered
from tests.support.municipality import unit
from tests.support.transitions import not_refused

WHO = Who(OMAR, "Omar Haddad", "unit_manager", unit("blandaren-ute"))
COMMANDS = sorted({command for _, command in TRANSITIONS})
TABLE = {
    ("registered", "assign"): "with_manager",
    ("registered", "miss-manager"): "unassigned",
    ("unassigned", "assign"): "with_manager",
    ("unassigned", "move"): "registered",
    ("unassigned", "suspect-lex"): "unassigned",
    ("unassigned", "remove"): "removed",
    ("with_manager", "move"): "registered",
    ("with_manager", "start-analysis"): "under_analysis",
    ("with_manager", "close-without-analysis"): "closed",
    ("with_manager", "give-feedback"): "with_manager",
    ("with_manager", "suspect-lex"): "with_manager",
    ("with_manager", "remove"): "removed",
    ("under_analysis", "describe"): "under_analysis",
    ("under_analysis", "assess"): "measures_planned",
    ("under_analysis", "give-feedback"): "under_analysis",
    ("under_analysis", "suspect-lex"): "under_analysis",
    ("under_analysis", "remove"): "removed",
    ("measures_planned", "assess"): "measures_planned",
    ("measures_planned", "give-feedback"): "measures_planned",
    ("measures_planned", "close"): "closed",
    ("measures_planned", "suspect-lex"): "measures_planned",
    ("measures_planned", "remove"): "removed",
    ("closed", "remove"): "removed",
}


def test_a_command_leads_where_the_table_says_and_every_other_pair_is_refused() -> None:
    done = not_refused(advanced, product(Status, COMMANDS), NotPossibleNow)
    assert {pair: after.status for pair, after in done.items()} == TABLE
    assert all((a.history[-1].command, a.history[-1].reason) == (c, "skäl") for (_, c), a in done.items())


def advanced(status: Status, command: str) -> Deviation:
    return advance(replace(registered(), status=status), command, WHO, NOW, "skäl")


@pytest.mark.parametrize("status", Status)
def test_a_refusal_says_how_far_it_has_come(status: Status) -> None:
    with pytest.raises(NotPossibleNow) as refused:
        advanced(status, next(command for command in COMMANDS if (status, command) not in TABLE))
    assert LABELS[status] in str(refused.value)


def test_every_command_has_somebody_who_may_give_it_or_happens_by_itself() -> None:
    assert set(COMMANDS) - set(ALLOWED) == {"assign", "miss-manager"}


def test_every_status_and_step_has_a_swedish_label() -> None:
    assert {*Status, *COMMANDS, "register"} <= set(LABELS)
