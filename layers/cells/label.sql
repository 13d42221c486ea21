-- One point inside each cell, in the one tile it lies in.
SELECT l.id, l.code, l.name, l.geom
FROM (
    SELECT v.cell_id AS id, v.code, v.name, ST_PointOnSurface(v.geom) AS geom
    FROM release r
    JOIN network n ON n.id = r.network_id
    JOIN cell_version v ON v.network_id = r.network_id AND v.since <= r.no AND (v.until IS NULL OR v.until > r.no)
    WHERE CASE WHEN CAST(:release AS bigint) IS NOT NULL THEN r.id = :release
               WHEN CAST(:network AS text[]) IS NOT NULL THEN n.code = ANY (:network) AND r.state = 'published'
               ELSE n.basic AND r.state = 'published' END
      AND v.geom && {bounds}
) l
WHERE l.geom && {bounds}
