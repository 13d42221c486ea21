SELECT c.id, c.code, c.name, c.category, c.state,
       round(c.heading_deg)::int AS heading, round(c.fov_deg)::int AS fov, c.geom
FROM camera c
WHERE c.geom && {bounds} AND {scope}
  AND (CAST(:state AS text[]) IS NULL OR c.state = ANY (:state))
