"""What execution believes of each assignment: what it has told the authority, and which rows are with the units."""

from sqlalchemy import text

from chassis.beliefs import Beliefs

beliefs = Beliefs(
    about="assignment",
    kinds=frozenset(
        {"sent", "received", "declined", "decline-confirmed", "withdrawn", "distributed", "acknowledged", "started"}
        | {"follow-up", "follow-up-read", "ended", "closed", "carried", "row"}
    ),
    ids=text("""
        SELECT id FROM assignments WHERE id > :after ORDER BY id LIMIT :limit"""),
    facts=text("""
        SELECT a.id, f.fact FROM assignments a CROSS JOIN LATERAL (
            SELECT 'sent' AS fact
            UNION ALL SELECT 'received'
            UNION ALL SELECT 'withdrawn' WHERE a.status = 'withdrawn'
            UNION ALL SELECT 'closed' WHERE a.closed_on IS NOT NULL
            UNION ALL SELECT CASE act ->> 'what'
                WHEN 'decline' THEN 'declined'
                WHEN 'confirm-decline' THEN 'decline-confirmed'
                WHEN 'distribute' THEN 'distributed:' || (act ->> 'at')
                WHEN 'recall' THEN 'distributed:' || (act ->> 'at')
                WHEN 'acknowledge' THEN 'acknowledged:' || (act -> 'by' ->> 'unit_id')
                WHEN 'start' THEN 'started:' || (act ->> 'on') END
                FROM jsonb_array_elements(a.acts) AS act
            UNION ALL SELECT 'ended:' || coalesce(
                (SELECT max(item ->> 'period_to') FROM jsonb_array_elements(a.rows) AS item
                    WHERE item ->> 'status' = 'ended'),
                (SELECT max(act ->> 'on') FROM jsonb_array_elements(a.acts) AS act WHERE act ->> 'what' = 'end'))
                WHERE a.status IN ('ended', 'closed')
            UNION ALL SELECT 'carried' FROM jsonb_array_elements(a.rows) AS item
                WHERE item ->> 'status' NOT IN ('registered', 'removed')
            UNION ALL SELECT concat_ws(':', 'row', item ->> 'id', item ->> 'unit_id', item ->> 'period_to')
                FROM jsonb_array_elements(a.rows) AS item WHERE item ->> 'status' IN ('sent', 'ended')
                AND coalesce(CAST(item ->> 'period_to' AS date) >= :today, true)
            UNION ALL SELECT 'follow-up:' || id FROM follow_ups
                WHERE assignment_id = a.id AND status IN ('submitted', 'received')
            UNION ALL SELECT 'follow-up-read:' || id FROM follow_ups WHERE assignment_id = a.id AND status = 'received'
        ) f WHERE a.id = ANY(CAST(:ids AS uuid[])) AND f.fact IS NOT NULL"""),
)
"""Rows count until their last day has passed: who keeps a copy may forget them then."""
