"""answered"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '20261128_answered'
down_revision = '20261123_first_tables'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'answered',
        sa.Column('login', sa.Text(), nullable=False),
        sa.Column('key', sa.Uuid(), nullable=False),
        sa.Column('digest', sa.LargeBinary(), nullable=False),
        sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.PrimaryKeyConstraint('login', 'key', name=op.f('pk_answered')),
    )
    op.create_index('ix_answered_at', 'answered', ['at'], unique=False)
