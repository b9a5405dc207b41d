"""ask for history"""

import sqlalchemy as sa
from alembic import op

revision = '20261128_ask_for_history'
down_revision = '20261128_find_what_is_stuck'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'outbox_resend_request',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('receiver', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=True),
        sa.Column('first', sa.BigInteger(), nullable=False),
        sa.Column('after', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
        sa.Column('upto', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_resend_request')),
    )
    op.create_index('ix_outbox_resend_request_same', 'outbox_resend_request', ['receiver', sa.literal_column("coalesce(subject, '')"), 'first'], unique=True)
