"""find what is stuck"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text, Uuid  # noqa: F401
from sqlalchemy.dialects import postgresql

revision = '20261128_find_what_is_stuck'
down_revision = '20261128_said_before'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_inbox_stuck', 'inbox', ['status', 'received_at'], unique=False, postgresql_where=sa.text("status IN ('failed', 'parked')"))
    op.create_index('ix_inbox_subject', 'inbox', ['subject'], unique=False)
    op.create_index(op.f('ix_operator_act_act'), 'operator_act', ['act'], unique=False)
    op.create_index('ix_outbox_correlation', 'outbox', [sa.literal_column("(headers ->> 'ce-correlationid')")], unique=False)
