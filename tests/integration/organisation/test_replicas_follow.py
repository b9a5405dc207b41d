from datetime import date
from pathlib import Path

import pytest

from chassis import replica
from cli.organisation import load
from tests.support.municipality import FILE, member, unit
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, body, eventually

REPLICA = {
    "units": "SELECT unit_id, name, path, kind, business_area, internal, mark, ended_on FROM replica_unit ORDER BY 1",
    "members": "SELECT member_id, login, name, title, email FROM replica_member ORDER BY 1",
    "roles": "SELECT member_id, unit_id, role, valid_from, valid_to FROM replica_membership ORDER BY 1, 2, 3",
    "managers": "SELECT unit_id, member_id, deputy, valid_from, valid_to FROM replica_manager ORDER BY 1, 2",
}
ASSIGNMENT = f"/execution/assignments/{sent().assignment_id}"


async def held(running: Running) -> dict[str, list[object]]:
    """All of a service's replica."""
    return {name: await running.sql(query) for name, query in REPLICA.items()}


async def holds(running: Running, wanted: dict[str, list[object]]) -> bool:
    return await held(running) == wanted


async def fill(running: Running, file: Path = FILE) -> list[str]:
    return await load(file, running.app.state.service.settings, dry_run=False)


async def all_published(running: Running) -> bool:
    return not await running.sql("SELECT 1 FROM outbox WHERE published_at IS NULL AND receiver IS NULL")


@pytest.mark.requirement("F-03")
async def test_the_replicas_of_the_other_services_and_its_own_follow_the_file(clean: Ground) -> None:
    async with clean.service("execution") as seeded:
        wanted = await held(seeded)
    async with clean.services("organisation", "execution", replica=False) as running:
        await fill(running["organisation"])
        for service in running.values():
            await eventually(lambda s=service: holds(s, wanted))  # type: ignore[misc]


async def test_a_moved_unit_is_below_its_new_parent_everywhere(clean: Ground) -> None:
    async with clean.services("organisation", "execution") as running:
        await fill(running["organisation"])
        async with running["organisation"].client("asa.vinge") as asa:
            wanted = {"name": "BLANDAREN htj (Leanlink)", "kind": "provider", "parent_id": str(unit("fh"))}
            body(await asa.put(f"/organisation/units/{unit('blandaren')}", json=wanted))
        path = [unit(code) for code in ("kommunen", "fh", "blandaren", "blandaren-ute")]
        query = "SELECT 1 FROM replica_unit WHERE unit_id = $1 AND path = $2"
        for service in running.values():
            await eventually(lambda s=service: s.sql(query, unit("blandaren-ute"), path))  # type: ignore[misc]


async def test_a_service_that_starts_late_with_nothing_catches_up_by_itself(clean: Ground) -> None:
    async with clean.service("organisation") as organisation:
        await fill(organisation)
        await eventually(lambda: all_published(organisation))
        async with organisation.client("asa.vinge") as asa:
            without_roles = {"name": "Moa Kvist", "title": "Undersköterska", "login": "moa.kvist", "memberships": []}
            body(await asa.put(f"/organisation/members/{member('moa.kvist')}", json=without_roles))
        query = "SELECT 1 WHERE NOT EXISTS (SELECT FROM replica_membership WHERE member_id = $1)"
        await eventually(lambda: organisation.sql(query, member("moa.kvist")))
        await clean.empty_queue("execution")
        async with clean.service("execution", replica=False) as late:
            wanted = await held(organisation)
            await eventually(lambda: holds(late, wanted))
            roles = await late.sql("SELECT role FROM replica_membership WHERE member_id = $1", member("moa.kvist"))
            assert roles == []


async def test_a_role_that_is_revoked_stops_at_once(clean: Ground) -> None:
    async with clean.services("organisation", "execution") as running:
        execution = running["execution"]
        await fill(running["organisation"])
        await execution.deliver(sent())
        async with execution.client("eva.nyberg") as eva, running["organisation"].client("asa.vinge") as asa:
            body(await eva.get(ASSIGNMENT))
            wanted = {"name": "Eva Nyberg", "title": "Samordnare", "login": "eva.nyberg", "memberships": []}
            body(await asa.put(f"/organisation/members/{member('eva.nyberg')}", json=wanted))
            for service in running.values():
                query = "SELECT 1 WHERE NOT EXISTS (SELECT FROM replica_membership WHERE member_id = $1)"
                await eventually(lambda s=service, q=query: s.sql(q, member("eva.nyberg")))  # type: ignore[misc]
            assert body(await eva.get(ASSIGNMENT), 404)["type"] == "not-found"
            assert body(await eva.get("/execution/new-assignments"))["waiting"] == []
        async with running["organisation"].client("eva.nyberg") as eva:
            assert body(await eva.get("/organisation/units"), 403)["type"] == "not-allowed"


async def test_a_login_that_is_taken_from_somebody_opens_nothing_more(clean: Ground) -> None:
    async with clean.services("organisation", "execution") as running:
        await fill(running["organisation"])
        async with running["organisation"].client("asa.vinge") as asa:
            role = {"role": "coordinator", "unit_id": str(unit("blandaren"))}
            wanted = {"name": "Eva Nyberg", "title": "Samordnare", "login": "eva.ek", "memberships": [role]}
            body(await asa.put(f"/organisation/members/{member('eva.nyberg')}", json=wanted))
        await eventually(lambda: running["execution"].sql("SELECT 1 FROM replica_member WHERE login = 'eva.ek'"))
        async with running["execution"].client("eva.nyberg") as old, running["execution"].client("eva.ek") as new:
            assert body(await old.get("/execution/new-assignments"), 403)["type"] == "unknown-member"
            body(await new.get("/execution/new-assignments"))


@pytest.mark.requirement("R-26")
async def test_other_services_resolve_the_responsible_manager_by_date_as_organisation_does(clean: Ground) -> None:
    async with clean.services("organisation", "execution") as running:
        await fill(running["organisation"])
        omar = {"member_id": str(member("omar.haddad")), "valid_from": "2025-01-01", "valid_to": "2026-01-31"}
        tove = {"member_id": str(member("tove.ahl")), "valid_from": "2026-02-01", "valid_to": "2026-06-30"}
        eva = {"member_id": str(member("eva.nyberg")), "valid_from": "2026-01-01", "deputy": True}
        async with running["organisation"].client("asa.vinge") as asa:
            path = f"/organisation/units/{unit('blandaren')}/managers"
            body(await asa.put(path, json={"terms": [omar, tove, eva]}))
        query = "SELECT 1 FROM replica_manager WHERE unit_id = $1 AND deputy"
        await eventually(lambda: running["execution"].sql(query, unit("blandaren")))
        days = [date(2024, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 7, 1)]
        found = []
        async with running["execution"].app.state.database.transaction() as tx:
            for day in days:
                found.append(await replica.responsible_manager(tx, unit("blandaren"), day))  # noqa: PERF401
        names = [who[1] if who else None for who in found]
        assert names == [None, "Omar Haddad", "Tove Ahl", "Eva Nyberg"]
