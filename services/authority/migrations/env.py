"""Alembic's entry for this service."""

from chassis.migrate import run
from services.authority.tables import metadata

run(metadata)
