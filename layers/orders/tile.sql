-- One row per order; the lamp is read from the clock now, never stored.
SELECT o.id, o.no, o.title, o.category_code AS category, c.char, o.state, l.lamp,
       CASE WHEN l.lamp = 'green' THEN coalesce(
           ceil(12 * extract(epoch FROM o.due_at - :now)
                   / nullif(extract(epoch FROM o.due_at - least(o.clock_started_at, :now)), 0)), 12)::int
       END AS left12,
       to_char(o.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\:MI\:SS"Z"') AS due_at,
       o.major, o.urgent, o.supervised, o.geom
FROM orders o
JOIN category c ON c.code = o.category_code
CROSS JOIN LATERAL (
    SELECT CASE WHEN o.closed_at IS NOT NULL OR o.yellow_at IS NULL OR o.due_at IS NULL THEN 'none'
                WHEN o.due_at <= :now THEN 'red'
                WHEN o.yellow_at <= :now THEN 'yellow'
                ELSE 'green' END AS lamp
) l
WHERE o.geom && {bounds} AND {scope}
  AND (CAST(:open AS boolean) IS NOT TRUE OR o.closed_at IS NULL)
  AND (CAST(:lamp AS text[]) IS NULL OR l.lamp = ANY (:lamp))
  AND (CAST(:state AS text[]) IS NULL OR o.state = ANY (:state))
  AND (CAST(:category AS text[]) IS NULL OR c.code = ANY (:category) OR c.parent_code = ANY (:category))
  AND (CAST(:since AS timestamptz) IS NULL OR o.reported_at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR o.reported_at < :until)
