"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text, Uuid  # noqa: F401
from sqlalchemy.dialects import postgresql

revision = '20261123_first_tables'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_log',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_access_log'))
    )
    op.create_index('ix_access_log_member', 'access_log', ['member_id', 'at'], unique=False)
    op.create_index('ix_access_log_person', 'access_log', ['person_id', 'at'], unique=False)
    op.create_table('inbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=True),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', 'owner', name=op.f('pk_inbox'))
    )
    op.create_index('ix_inbox_open', 'inbox', ['owner', 'subject', 'sequence'], unique=False, postgresql_where=sa.text("status IN ('waiting', 'failed', 'parked', 'skipped')"))
    op.create_table('inbox_attempt',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_inbox_attempt'))
    )
    op.create_index(op.f('ix_inbox_attempt_id'), 'inbox_attempt', ['id'], unique=False)
    op.create_table('inbox_catch_up',
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('owner', name=op.f('pk_inbox_catch_up'))
    )
    op.create_table('inbox_position',
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('last', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('owner', 'subject', name=op.f('pk_inbox_position'))
    )
    op.create_table('matters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('heard', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('past', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('rows', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('acknowledgements', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('read_parts', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('suspicions', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('manager_id', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matters'))
    )
    op.create_table('notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('new_assignment', 'distributed', 'chosen', 'assignment_changed', 'assignment_withdrawn', 'declined', 'decline_confirmed', 'acknowledge_reminder', 'not_acknowledged', 'acknowledged', 'started', 'follow_up', 'assignment_ended', 'assignment_closed', 'deviation', 'deviation_moved', 'manager_missing', 'unit_without_manager', 'lex_sarah', 'lex_maria', 'feedback', 'deviation_closed', 'deviation_removed', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('part_id', sa.Uuid(), nullable=True),
    sa.Column('actor_member_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Enum('open', 'settled', 'moot', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    op.create_index(op.f('ix_notices_about_id'), 'notices', ['about_id'], unique=False)
    op.create_index('ix_notices_news', 'notices', ['kind', 'created_at'], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_index('ix_notices_open', 'notices', ['kind', 'to_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_index('ix_notices_place', 'notices', ['kind', 'to_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_notices_sent', 'notices', ['actor_member_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('actor_member_id IS NOT NULL'))
    op.create_table('operator_act',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('operator', sa.Text(), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_operator_act'))
    )
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('receiver', sa.Text(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_outbox')),
    sa.UniqueConstraint('id', name=op.f('uq_outbox_id')),
    sa.UniqueConstraint('subject', 'sequence', name=op.f('uq_outbox_subject'))
    )
    op.create_index('ix_outbox_held_back', 'outbox', ['subject', 'sequence'], unique=False, postgresql_where=sa.text('published_at IS NULL'))
    op.create_index('ix_outbox_unpublished', 'outbox', ['position'], unique=False, postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('outbox_resend',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('receiver', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_resend')),
    sa.UniqueConstraint('position', 'receiver', name=op.f('uq_outbox_resend_position'))
    )
    op.create_table('outbox_subject',
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_outbox_subject'))
    )
    op.create_table('preferences',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('opted_out', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_preferences'))
    )
    op.create_table('readings',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('member_id', 'notice_id', name=op.f('pk_readings'))
    )
    op.create_table('replica_manager',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('deputy', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True)
    )
    op.create_index(op.f('ix_replica_manager_unit_id'), 'replica_manager', ['unit_id'], unique=False)
    op.create_table('replica_member',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_replica_member'))
    )
    op.create_index(op.f('ix_replica_member_login'), 'replica_member', ['login'], unique=False)
    op.create_table('replica_membership',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True)
    )
    op.create_index(op.f('ix_replica_membership_member_id'), 'replica_membership', ['member_id'], unique=False)
    op.create_index(op.f('ix_replica_membership_unit_id'), 'replica_membership', ['unit_id'], unique=False)
    op.create_table('replica_unit',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('path', postgresql.ARRAY(Uuid()), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('business_area', sa.Text(), nullable=True),
    sa.Column('internal', sa.Boolean(), nullable=False),
    sa.Column('mark', sa.Text(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_replica_unit'))
    )
