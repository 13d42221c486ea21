-- People per cell of the basic network: each building too small to show counts as a fixed number, and the sum is
-- rounded, so that nothing follows from cell minus buildings (gisgov.analytics.rules.people_of_cell).
SELECT v.cell_id AS id, v.code, v.name,
       ((c.told + :people_step / 2) / :people_step * :people_step)::int AS people, v.geom
FROM cell_version v
JOIN network n ON n.id = v.network_id AND n.basic
CROSS JOIN LATERAL (
    SELECT sum(CASE WHEN b.n >= :smallest THEN b.n ELSE :hidden_as END)::int AS told
    FROM (
        SELECT count(*)::int AS n
        FROM person p LEFT JOIN house h ON h.id = p.house_id
        WHERE p.cell_id = v.cell_id AND {scope}
        GROUP BY h.building_id
    ) b
) c
WHERE v.until IS NULL AND v.geom && {bounds} AND c.told >= :smallest
