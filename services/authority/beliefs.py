"""What the authority believes of each order that has been sent: its own steps, and what the provider told."""

from sqlalchemy import text

from chassis.beliefs import Beliefs

beliefs = Beliefs(
    about="assignment",
    kinds=frozenset(
        {"sent", "received", "declined", "decline-confirmed", "withdrawn", "distributed", "acknowledged", "started"}
        | {"follow-up", "follow-up-read", "ended", "closed"}
    ),
    ids=text("""
        SELECT id FROM assignments WHERE id > :after
            AND status NOT IN ('draft', 'discarded') ORDER BY id LIMIT :limit"""),
    facts=text("""
        SELECT a.id, f.fact FROM assignments a CROSS JOIN LATERAL (
            SELECT 'sent' AS fact
            UNION ALL SELECT 'closed' WHERE a.status = 'closed'
            UNION ALL SELECT 'withdrawn' WHERE a.status = 'withdrawn' AND NOT a.line @> '[{"mark": "declined"}]'
            UNION ALL SELECT CASE item ->> 'mark'
                WHEN 'received' THEN 'received'
                WHEN 'declined' THEN 'declined'
                WHEN 'decline_confirmed' THEN 'decline-confirmed'
                WHEN 'distributed' THEN 'distributed:' || (item ->> 'at')
                WHEN 'recalled' THEN 'distributed:' || (item ->> 'at')
                WHEN 'partly_acknowledged' THEN 'acknowledged:' || (item -> 'unit_ids' ->> 0)
                WHEN 'acknowledged' THEN 'acknowledged:' || (item -> 'unit_ids' ->> 0)
                WHEN 'started' THEN 'started:' || (item ->> 'on') END
                FROM jsonb_array_elements(a.line) AS item
            UNION ALL (SELECT 'ended:' || (item ->> 'on')
                FROM jsonb_array_elements(a.line) WITH ORDINALITY AS l(item, number)
                WHERE item ->> 'mark' = 'ended' ORDER BY number DESC LIMIT 1)
            UNION ALL SELECT 'follow-up:' || id FROM follow_ups WHERE assignment_id = a.id
            UNION ALL SELECT 'follow-up-read:' || id FROM follow_ups
                WHERE assignment_id = a.id AND received_at IS NOT NULL
        ) f WHERE a.id = ANY(CAST(:ids AS uuid[])) AND a.status NOT IN ('draft', 'discarded')
            AND f.fact IS NOT NULL"""),
)
"""A withdrawal that crossed a decline on its way counts for neither: the provider had said no before it heard of it."""
