"""said before"""

import sqlalchemy as sa
from alembic import op

revision = '20261128_said_before'
down_revision = '20261128_answered'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('persons', sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_answered_digest', 'answered', ['login', 'digest'], unique=False)
