-- The cells of one release: the stated one, else the published one of the stated network, else of the basic one.
SELECT v.cell_id AS id, v.code, v.name, a.code AS area_code, v.geom
FROM release r
JOIN network n ON n.id = r.network_id
JOIN cell_version v ON v.network_id = r.network_id AND v.since <= r.no AND (v.until IS NULL OR v.until > r.no)
JOIN area a ON a.id = v.area_id
WHERE CASE WHEN CAST(:release AS bigint) IS NOT NULL THEN r.id = :release
           WHEN CAST(:network AS text[]) IS NOT NULL THEN n.code = ANY (:network) AND r.state = 'published'
           ELSE n.basic AND r.state = 'published' END
  AND v.geom && {bounds}
