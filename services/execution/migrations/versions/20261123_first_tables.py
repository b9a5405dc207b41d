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
    op.create_table('assignments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('authority_unit_id', sa.Uuid(), nullable=False),
    sa.Column('case_worker_id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('order', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('period_from', sa.Date(), nullable=True),
    sa.Column('period_to', sa.Date(), nullable=True),
    sa.Column('status', sa.Enum('received', 'accepted', 'distributed', 'acknowledged', 'in_execution', 'ended', 'declined', 'withdrawn', 'closed', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rows', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('acknowledgements', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('follow_up_rounds', sa.Integer(), nullable=False),
    sa.Column('cleared', postgresql.ARRAY(Uuid()), nullable=False),
    sa.Column('reminders', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('acts', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('unit_ids', postgresql.ARRAY(Uuid()), nullable=False),
    sa.Column('queue_unit_ids', postgresql.ARRAY(Uuid()), nullable=False),
    sa.Column('next_last_day', sa.Date(), nullable=True),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_reminder_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('protected', sa.Boolean(), nullable=False),
    sa.Column('named', postgresql.ARRAY(Uuid()), nullable=False),
    sa.Column('sort_name', sa.Text(collation='C'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments'))
    )
    op.create_index('ix_assignments_last_day', 'assignments', ['next_last_day'], unique=False, postgresql_where=sa.text('next_last_day IS NOT NULL'))
    op.create_index(op.f('ix_assignments_person_id'), 'assignments', ['person_id'], unique=False)
    op.create_index('ix_assignments_queue', 'assignments', ['queue_unit_ids'], unique=False, postgresql_using='gin')
    op.create_index('ix_assignments_reminder', 'assignments', ['next_reminder_at'], unique=False, postgresql_where=sa.text('next_reminder_at IS NOT NULL'))
    op.create_index('ix_assignments_units', 'assignments', ['unit_ids'], unique=False, postgresql_using='gin', postgresql_where=sa.text("status IN ('distributed', 'acknowledged', 'in_execution', 'ended')"))
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
    op.create_table('my_persons',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('member_id', 'person_id', name=op.f('pk_my_persons'))
    )
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
    op.create_table('follow_ups',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('ratings', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('status', sa.Enum('draft', 'document_created', 'final', 'signed', 'submitted', 'received', name='followupstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('performed_on', sa.Date(), nullable=True),
    sa.Column('performed', sa.Text(), nullable=False),
    sa.Column('situation_change', sa.Text(), nullable=False),
    sa.Column('action', sa.Enum('continue', 'new_decision_needed', 'new_plan_needed', name='actiondecision', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('action_text', sa.Text(), nullable=False),
    sa.Column('changes', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('signature_date', sa.Date(), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('document_sha256', sa.Text(), nullable=True),
    sa.Column('signature', sa.Text(), nullable=True),
    sa.Column('signed_by', sa.Uuid(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignments.id'], name=op.f('fk_follow_ups_assignment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_ups')),
    sa.UniqueConstraint('assignment_id', 'round', name=op.f('uq_follow_ups_assignment_id'))
    )
