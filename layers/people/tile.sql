-- People per building, as the lower end of a band; never a person, never a small number.
SELECT b.id, b.code, b.name,
       (CAST(:bands AS int[]))[width_bucket(c.n, CAST(:bands AS bigint[]))] AS band,
       b.geom
FROM building b
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM house h JOIN person p ON p.house_id = h.id WHERE h.building_id = b.id AND {scope}
) c
WHERE b.geom && {bounds} AND c.n >= :smallest
