-- One point inside each area, in the one tile it lies in, so that a name stands once.
SELECT l.id, l.code, l.name, l.depth, l.geom
FROM (
    SELECT a.id, a.code, a.name, a.depth, ST_PointOnSurface(v.geom_simple) AS geom
    FROM release r
    JOIN network n ON n.id = r.network_id
    JOIN area_version v ON v.network_id = r.network_id AND v.since <= r.no AND (v.until IS NULL OR v.until > r.no)
    JOIN area a ON a.id = v.area_id
    WHERE CASE WHEN CAST(:release AS bigint) IS NULL THEN n.basic AND r.state = 'published' ELSE r.id = :release END
      AND a.depth = CASE WHEN :z < 9 THEN 1 WHEN :z < 12 THEN 2 ELSE 3 END
      AND v.geom && {bounds}
) l
WHERE l.geom && {bounds}
