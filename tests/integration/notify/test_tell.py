"""Each notice reaches the right person's inbox and nobody else's, once, however often and in whatever order."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import DateTime, Enum, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import Database
from contracts.event import Event
from contracts.organisation import MemberChanged, MemberDetails, Membership, Role
from contracts.sealed import Sealed
from contracts.topology import RESEND_REQUESTED, ResendRequested
from services.notify.tables import matters, notices, preferences, readings
from tests.support import heard
from tests.support.delayed import delayed
from tests.support.heard import ASSIGNMENT, row
from tests.support.municipality import logins, member, unit
from tests.support.orders import person, sent
from tests.support.stafett import Ground, Running, body, eventually

EVERYTHING = "SELECT id, kind, to_id, status FROM notices ORDER BY id"


async def inbox(notify: Running, login: str, **query: Any) -> Any:
    async with notify.client(login) as client:
        return body(await client.get("/notify/inbox", params=query))


async def kinds(notify: Running, login: str) -> dict[str, int]:
    return Counter(line["kind"] for line in (await inbox(notify, login))["notices"])


async def unread(notify: Running, login: str) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in (await inbox(notify, login))["unread"]}


async def forget_what_has_been_heard(notify: Running) -> None:
    """As if the inbox had been restored from an old backup, and the notices had not."""
    for table in ("inbox", "inbox_position"):
        await notify.sql(f"DELETE FROM {table}")


@pytest.mark.requirement("TRE-ASSIGN-03", "TRE-MSG-01", "TRE-MSG-03", "TRE-DEV-16", "R-26", "C-16")
async def test_each_notice_is_in_the_right_inbox_and_in_no_other(notify: Running) -> None:
    await notify.deliver(*heard.whole_history())
    management = {"new_assignment": 1, "assignment_withdrawn": 1, "decline_confirmed": 1, "assignment_closed": 1}
    of_blandaren = management | {"distributed": 1, "acknowledge_reminder": 2}
    assert {login: found for login in logins() if (found := await kinds(notify, login))} == {
        "karin.berg": {"not_acknowledged": 1}
        | dict.fromkeys(("declined", "acknowledged", "started", "follow_up", "assignment_ended"), 1),
        "tove.ahl": of_blandaren,
        "eva.nyberg": of_blandaren | {"chosen": 1},
        "omar.haddad": of_blandaren | {"deviation": 1},
        "jonas.ek": {"distributed": 1, "assignment_changed": 2}
        | dict.fromkeys(("manager_missing", "feedback", "deviation_closed", "deviation_removed"), 1),
        "anders.vik": dict.fromkeys(("deviation_moved", "lex_sarah", "lex_maria", "deviation_removed"), 1),
        "nils.holm": {"unit_without_manager": 1},
    }


async def test_a_notice_says_what_has_happened_where_and_who_did_it_and_leads_there(notify: Running) -> None:
    await notify.deliver(heard.received(), heard.distributed(row(1)), heard.acknowledged())
    (line,) = (await inbox(notify, "karin.berg"))["notices"]
    del line["id"], line["created_at"]
    assert line == {
        "kind": "acknowledged",
        "from": "Jonas Ek",
        "subject": "Kvitterat uppdrag",
        "body": "Blandaren htj ute (Leanlink) har kvitterat ett uppdrag.",
        "about": f"/authority/assignments/{ASSIGNMENT}",
        "automatic": True,
        "read_at": None,
        "unread": True,
        "moot": False,
    }
    (last, first) = (await inbox(notify, "eva.nyberg"))["notices"]
    assert [last["subject"], first["subject"]] == ["Uppdrag att kvittera", "Nytt uppdrag"]
    assert first["from"] == "Stafett"
    assert first["body"] == "Ett nytt uppdrag har kommit till BLANDAREN htj (Leanlink). Läs det och fördela det."


async def test_what_is_taken_care_of_no_longer_counts_as_unread(notify: Running) -> None:
    await notify.deliver(heard.received())
    assert await unread(notify, "eva.nyberg") == {"new_assignment": 1}
    await notify.deliver(heard.distributed(row(1)))
    assert await unread(notify, "eva.nyberg") == await unread(notify, "jonas.ek") == {"distributed": 1}
    await notify.deliver(heard.acknowledged())
    assert await unread(notify, "eva.nyberg") == await unread(notify, "jonas.ek") == {}
    assert [line["moot"] for line in (await inbox(notify, "eva.nyberg"))["notices"]] == [True, True]


@pytest.mark.requirement("TRE-ACK-03")
async def test_the_management_is_reminded_then_the_case_worker_told_until_somebody_acknowledges(
    notify: Running,
) -> None:
    await notify.deliver(heard.received(), heard.distributed(row(1)), delayed())
    assert await unread(notify, "eva.nyberg") == {"distributed": 1, "acknowledge_reminder": 1}
    assert await unread(notify, "jonas.ek") == {"distributed": 1}
    assert await unread(notify, "karin.berg") == {}
    await notify.deliver(delayed(2))
    assert await unread(notify, "omar.haddad") == {"distributed": 1, "acknowledge_reminder": 1}
    assert await unread(notify, "karin.berg") == {"not_acknowledged": 1}
    (line,) = (await inbox(notify, "karin.berg"))["notices"]
    said = "Ingen på Blandaren htj ute (Leanlink) har kvitterat ett uppdrag, trots påminnelse. Kontakta enheten."
    assert (line["body"], line["about"]) == (said, f"/authority/assignments/{ASSIGNMENT}")
    await notify.deliver(heard.acknowledged())
    assert await unread(notify, "eva.nyberg") == {}
    assert await unread(notify, "karin.berg") == {"acknowledged": 1}


@pytest.mark.requirement("TRE-ACK-03")
async def test_a_member_may_choose_to_be_without_reminders(notify: Running) -> None:
    async with notify.client("eva.nyberg") as eva:
        body(await eva.put("/notify/preferences", json={"opted_out": ["acknowledge_reminder"]}))
    await notify.deliver(heard.received(), heard.distributed(row(1)), delayed())
    assert await unread(notify, "eva.nyberg") == {"distributed": 1}
    assert await unread(notify, "omar.haddad") == {"distributed": 1, "acknowledge_reminder": 1}


async def test_an_assignment_taken_back_before_it_was_heard_of_is_not_work_to_do(notify: Running) -> None:
    await notify.deliver(heard.withdrawn())
    await notify.deliver(heard.received())
    assert await unread(notify, "eva.nyberg") == {"assignment_withdrawn": 1}


def coordinator(at: str) -> Event:
    details = MemberDetails(name="Nya Samordnaren", title="Samordnare", login="ny.samordnare")
    roles = (Membership(unit_id=unit(at), role=Role.COORDINATOR),)
    return MemberChanged(member_id=member("ny.samordnare"), memberships=roles, details=Sealed(details))


@pytest.mark.requirement("TRE-ASSIGN-03")
async def test_a_notice_to_a_role_that_nobody_holds_waits_for_its_next_holder(notify: Running) -> None:
    await notify.deliver(heard.received("stadsmissionen"))
    assert {login: found for login in logins() if (found := await unread(notify, login))} == {}
    await notify.deliver(coordinator("stadsmissionen"))
    assert await unread(notify, "ny.samordnare") == {"new_assignment": 1}
    await notify.deliver(coordinator("arendegrupp-bla"))
    assert await unread(notify, "ny.samordnare") == {}


async def test_the_same_event_again_with_the_same_sequence_makes_no_double(notify: Running) -> None:
    first = await notify.publish(heard.received())
    await notify.publish(heard.received(), sequence=1, id=first)
    await notify.publish(heard.received(), sequence=1)
    await notify.deliver(heard.distributed(row(1)))
    assert await kinds(notify, "eva.nyberg") == {"new_assignment": 1, "distributed": 1}


async def test_the_whole_history_heard_again_changes_nothing(notify: Running) -> None:
    history = heard.whole_history()
    ids = [await notify.publish(event) for event in history]
    sequences: Counter[tuple[str, str]] = Counter()
    await eventually(lambda: all_applied(notify, ids))
    before = await notify.sql(EVERYTHING)
    await forget_what_has_been_heard(notify)
    for event, id in zip(history, ids, strict=True):
        sequences[event.owner, event.subject] += 1
        await notify.publish(event, id=id, sequence=sequences[event.owner, event.subject])
    await eventually(lambda: all_applied(notify, ids))
    assert await notify.sql(EVERYTHING) == before


async def all_applied(notify: Running, ids: list[UUID]) -> bool:
    applied = await notify.sql("SELECT id FROM inbox WHERE status = 'applied' AND id = ANY($1)", ids)
    return len(applied) == len(ids)


async def test_a_resend_from_the_owner_makes_no_doubles(clean: Ground) -> None:
    async with clean.services("execution", "notify") as running:
        execution, notify = running["execution"], running["notify"]
        await execution.deliver(sent())
        await eventually(lambda: notify.sql("SELECT 1 FROM notices"))
        before = await notify.sql(EVERYTHING)
        await forget_what_has_been_heard(notify)
        database: Database = notify.app.state.database
        request = ResendRequested(receiver="notify").model_dump_json().encode()
        async with database.transaction() as tx:
            await tx.write(RESEND_REQUESTED, "resend/execution", request, receiver="execution")
        await eventually(lambda: notify.sql("SELECT 1 FROM inbox WHERE status = 'applied'"))
        assert await notify.sql(EVERYTHING) == before


async def test_nothing_about_a_person_is_kept(notify: Running) -> None:
    await notify.deliver(*heard.whole_history())
    async with notify.client("jonas.ek") as jonas:
        body(await jonas.put("/notify/preferences", json={"opted_out": ["acknowledged"]}))
        body(await jonas.post("/notify/inbox/reading", json={"kind": "deviation_removed"}))
    moira = person()
    for table in (notices.table, matters.table, preferences.table, readings):
        assert {type(column.type) for column in table.columns} <= {Uuid, Enum, DateTime, JSONB}
        rows = await notify.sql(f"SELECT t::text AS kept FROM {table.name} t")
        assert rows
        for kept in (moira.family_name, moira.given_name, moira.identity_number, str(moira.person_id)):
            assert not [row for row in rows if str(kept) in row["kept"]]
