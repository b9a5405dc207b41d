"""What the kit writes down of its own: each effect in its own transaction, and every status a row has had."""

from typing import Any

import asyncpg

from cli.accounts import at_database
from contracts.topology import SERVICES
from tests.faults.kit import seams
from tests.faults.kit.seams import Async

EFFECT = "INSERT INTO kit_effect (id, subject, type) VALUES ($1, $2, $3)"

TABLES = """
    CREATE TABLE kit_effect (
        position bigserial PRIMARY KEY, id uuid NOT NULL, subject text NOT NULL, type text NOT NULL);
    CREATE TABLE kit_status (
        position bigserial PRIMARY KEY, about text NOT NULL, id uuid NOT NULL, before text, after text NOT NULL);
    CREATE FUNCTION kit_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        EXECUTE format('INSERT INTO kit_status (about, id, before, after)
                VALUES ($1, $2, $3.%1$I, $4.%1$I)', TG_ARGV[0])
            USING TG_TABLE_NAME || '.' || TG_ARGV[0], NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD END, NEW;
        RETURN NULL;
    END $$;
    GRANT INSERT, SELECT ON kit_effect, kit_status TO PUBLIC;
    GRANT USAGE ON SEQUENCE kit_effect_position_seq, kit_status_position_seq TO PUBLIC;"""
TRIGGER = """
    CREATE TRIGGER kit_{column}_made AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION kit_note('{column}');
    CREATE TRIGGER kit_{column}_changed AFTER UPDATE ON {table} FOR EACH ROW
        WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION kit_note('{column}')"""
WATCHED = {
    "authority": (("assignments", "phase"),),
    "execution": (("assignments", "status"), ("follow_ups", "status")),
}
"""Service -> the columns whose history is kept."""


async def prepare(admin: str) -> None:
    """Make the kit's tables and triggers in every service's database."""
    for service in SERVICES:
        connection = await asyncpg.connect(at_database(admin, service))
        try:
            await connection.execute(TABLES)
            for table, column in WATCHED.get(service, ()):
                await connection.execute(TRIGGER.format(table=table, column=column))
        finally:
            await connection.close()


def record_effects() -> None:
    """In a service's process: each handler notes that it ran, in the transaction of what it does."""

    def wrap(type: str, handler: Async) -> Async:
        async def noting(event: Any, tx: Any) -> None:
            await handler(event, tx)
            await seams.beside(tx, EFFECT, tx.cause.causation_id, event.subject, type)

        return noting

    seams.around_handlers(wrap)
