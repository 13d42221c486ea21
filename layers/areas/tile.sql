-- Boundaries of one release of the basic network, finer levels as one comes closer.
SELECT a.id, a.code, a.name, a.level_name, a.depth,
       CASE WHEN :z < 13 THEN v.geom_simple ELSE v.geom END AS geom
FROM release r
JOIN network n ON n.id = r.network_id
JOIN area_version v ON v.network_id = r.network_id AND v.since <= r.no AND (v.until IS NULL OR v.until > r.no)
JOIN area a ON a.id = v.area_id
WHERE CASE WHEN CAST(:release AS bigint) IS NULL THEN n.basic AND r.state = 'published' ELSE r.id = :release END
  AND a.depth <= CASE WHEN :z < 8 THEN 1 WHEN :z < 9 THEN 2 ELSE 9 END
  AND v.geom && {bounds}
