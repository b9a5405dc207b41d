from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.authority import Protection
from contracts.journal import JournalOpened
from services.journal.features.list_journals import openable, visible
from services.journal.features.open_journal import AlreadyOpen, NotTheCarryingUnit, OpenJournal, open_new
from services.journal.journal import Journal, JournalStatus
from services.journal.person import Carried
from services.journal.template import WrongTemplate, templates_at
from tests.support.journals import NOW, TODAY, at_units, journal, moira
from tests.support.municipality import unit
from tests.support.people import actor


def opened(
    login: str,
    unit_code: str = "blandaren-ute",
    carried: list[Carried] | None = None,
    known: tuple[Journal, ...] = (),
    template: str = "allman",
) -> Journal:
    command = OpenJournal(person_id=moira().id, unit_id=unit(unit_code), template=template)
    carried = at_units("blandaren-ute") if carried is None else carried
    return open_new(moira(), carried, known, command, actor(login), UUID(int=1), NOW, TODAY).state


@pytest.mark.requirement("TRE-JOUR-01")
@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "eva.nyberg", "jonas.ek"])
def test_managers_coordinators_and_care_workers_of_the_unit_open_a_journal(login: str) -> None:
    new = opened(login)
    assert (new.status, new.unit_id, new.opened_by.name) == (
        JournalStatus.OPEN,
        unit("blandaren-ute"),
        actor(login).name,
    )


def test_that_it_is_opened_is_told_without_anything_written() -> None:
    command = OpenJournal(person_id=moira().id, unit_id=unit("blandaren-ute"), template="allman")
    units = at_units("blandaren-ute")
    decision = open_new(moira(), units, [], command, actor("jonas.ek"), UUID(int=1), NOW, TODAY)
    assert decision.events == (
        JournalOpened(
            journal_id=UUID(int=1),
            person_id=moira().id,
            unit_id=unit("blandaren-ute"),
            template="allman",
            opened_at=NOW,
        ),
    )
    assert (decision.by.name, decision.by.role) == ("Jonas Ek", "care_worker")


@pytest.mark.requirement("R-10", "TRE-JOUR-04")
def test_another_unit_than_the_one_that_carries_it_out_is_refused() -> None:
    with pytest.raises(NotTheCarryingUnit, match=r"^Journalen måste öppnas på den enhet som utför insatsen\.$"):
        opened("eva.nyberg", "blandaren")


@pytest.mark.requirement("R-10", "TRE-JOUR-04")
def test_a_unit_whose_insats_is_over_is_refused() -> None:
    over = [
        replace(one, rows=tuple(replace(row, ended_on=TODAY - timedelta(days=1)) for row in one.rows))
        for one in at_units("blandaren-ute")
    ]
    with pytest.raises(NotTheCarryingUnit):
        opened("eva.nyberg", carried=over)


def test_a_second_open_journal_with_the_same_template_is_refused_and_one_after_a_closed_is_not() -> None:
    first = journal()
    with pytest.raises(AlreadyOpen):
        opened("jonas.ek", known=(first,))
    assert opened("jonas.ek", known=(replace(first, status=JournalStatus.CLOSED),))


@pytest.mark.requirement("TRE-JOUR-02")
def test_a_unit_chooses_among_its_own_templates_and_the_one_for_all() -> None:
    assert [template.code for template in templates_at(unit("hagadahl-bistand"))] == ["ifo-hagadahl", "allman"]
    assert [template.code for template in templates_at(unit("blandaren-ute"))] == ["allman"]
    with pytest.raises(WrongTemplate):
        opened("jonas.ek", template="ifo-hagadahl")
    with pytest.raises(WrongTemplate):
        opened("jonas.ek", template="okand")


@pytest.mark.parametrize("login", ["lina.dahl", "karin.berg", "nils.holm", "asa.vinge", "fatima.noor", "ingrid.lund"])
def test_for_those_who_do_not_work_at_the_persons_units_nobody_is_there(login: str) -> None:
    with pytest.raises(NotFound):
        opened(login)
    with pytest.raises(NotFound):
        visible(moira(), at_units("blandaren-ute"), [journal()], actor(login))


def test_licensed_staff_of_the_unit_read_and_do_not_open() -> None:
    here = at_units("aspen-hsl")
    with pytest.raises(NotAllowed):
        opened("ingrid.lund", "aspen-hsl", carried=here)
    who, seen = visible(moira(), here, [], actor("ingrid.lund"))
    assert (who.role, seen) == ("licensed_staff", [])
    assert openable(here, actor("ingrid.lund"), TODAY) == []
    assert openable(here, actor("petra.sund"), TODAY) == [unit("aspen-hsl")]


def test_a_protected_person_exists_only_for_the_named_members() -> None:
    eva = actor("eva.nyberg")
    protected = moira(protection=Protection.ASSUMED_IDENTITY, cleared=(eva.member_id,))
    command = OpenJournal(person_id=protected.id, unit_id=unit("blandaren-ute"), template="allman")
    here = at_units("blandaren-ute")
    with pytest.raises(NotFound):
        open_new(protected, here, [], command, actor("tove.ahl"), UUID(int=1), NOW, TODAY)
    with pytest.raises(NotFound):
        visible(protected, here, [journal()], actor("jonas.ek"))
    assert open_new(protected, here, [], command, eva, UUID(int=1), NOW, TODAY).events


@pytest.mark.requirement("TRE-JOUR-09")
def test_the_list_holds_only_the_journals_of_the_readers_own_units() -> None:
    here, there = journal(), replace(journal(), id=UUID(int=9), unit_id=unit("aspen-ute"))
    carried = at_units("blandaren-ute", "aspen-ute")
    assert visible(moira(), carried, [here, there], actor("jonas.ek"))[1] == [here]
    assert visible(moira(), carried, [here, there], actor("moa.kvist"))[1] == [there]
    assert visible(moira(), carried, [here, there], actor("tove.ahl"))[1] == [here, there]


def test_a_journal_is_still_found_when_the_insats_has_been_recalled() -> None:
    assert visible(moira(), [], [journal()], actor("jonas.ek"))[1] == [journal()]
    with pytest.raises(NotFound):
        visible(moira(), [], [], actor("jonas.ek"))
