"""Choose which kinds of notices to be without."""

from dataclasses import replace

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form, page
from services.notify.notice import MANDATORY, Kind, may_get
from services.notify.preferences import Preferences
from services.notify.tables import preferences
from services.notify.wording import LABELS

router = Router()


class Choose(Command):
    """The kinds I don't want; all others are shown."""

    opted_out: tuple[Kind, ...] = Field(default=(), title="Meddelanden jag inte vill ha", max_length=len(Kind))


class MustBeTold(Invalid):
    """Det går inte att välja bort ”{label}”. Meddelanden om avvikelser och återkoppling måste nå fram till dig."""


class Choice(BaseModel):
    """One kind, and whether it has been opted out of."""

    kind: Kind
    label: str
    opted_out: bool
    mandatory: bool


class Choices(BaseModel):
    """Every kind that may come to the one who chooses, and those opted out of."""

    kinds: list[Choice]


@router.get("/preferences")
@page("preferences.html")
async def read_preferences(by: By, tx: Tx) -> Choices:
    found = await tx.find(preferences, select(preferences.table).where(preferences.table.c.member_id == by.member_id))
    without = found[0].opted_out if found else ()
    return Choices(
        kinds=[
            Choice(kind=kind, label=LABELS[kind], opted_out=kind in without, mandatory=kind in MANDATORY)
            for kind in Kind
            if kind in without or may_get(kind, by)
        ]
    )


# A form in a page can only POST.
@router.put("/preferences")
@router.post("/preferences", include_in_schema=False)
@form("/notify/preferences")
async def change_preferences(command: Choose, by: By, tx: Tx) -> Done:
    nothing_yet = {"member_id": by.member_id, "opted_out": []}
    await tx.execute(insert(preferences.table).values(nothing_yet).on_conflict_do_nothing())
    before = await tx.load(preferences, by.member_id)
    await tx.save(preferences, choose(before, command))
    return Done(id=by.member_id, location="/notify/preferences", message="Dina val är sparade.")


def choose(before: Preferences, command: Choose) -> Decision[Preferences]:
    """MustBeTold for what nobody can do without."""
    for kind in command.opted_out:
        if kind in MANDATORY:
            raise MustBeTold("opted_out", label=LABELS[kind])
    return Decision(replace(before, opted_out=tuple(dict.fromkeys(command.opted_out))))
