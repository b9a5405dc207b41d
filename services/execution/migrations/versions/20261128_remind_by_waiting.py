"""remind by waiting"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text, Uuid  # noqa: F401
from sqlalchemy.dialects import postgresql

revision = '20261128_remind_by_waiting'
down_revision = '20261123_first_tables'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('assignments', sa.Column('unacknowledged_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('assignments', sa.Column('reminded', sa.Integer(), server_default=sa.text('0'), nullable=False))
    # At least those that somebody is to acknowledge: the job looks closer, and puts right what it looks at.
    op.execute("""
        UPDATE assignments SET unacknowledged_since = waiting_since
        WHERE status IN ('distributed', 'acknowledged', 'in_execution') AND queue_unit_ids <> '{}'""")
    op.create_index(
        'ix_assignments_unacknowledged',
        'assignments',
        ['unacknowledged_since'],
        unique=False,
        postgresql_where=sa.text('unacknowledged_since IS NOT NULL'),
    )
