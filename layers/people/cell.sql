-- People per cell of the basic network, rounded so that nothing follows from cell minus buildings.
SELECT v.cell_id AS id, v.code, v.name, ((c.n + 2) / 5 * 5)::int AS people, v.geom
FROM cell_version v
JOIN network n ON n.id = v.network_id AND n.basic
CROSS JOIN LATERAL (SELECT count(*) AS n FROM person p WHERE p.cell_id = v.cell_id AND {scope}) c
WHERE v.until IS NULL AND v.geom && {bounds} AND c.n >= :smallest
