-- People per building, as the lower end of a band; never a person, never a small number.
SELECT b.id, b.code, b.name,
       (ARRAY[5, 20, 50, 100, 200, 500])[width_bucket(c.n, ARRAY[5, 20, 50, 100, 200, 500]::bigint[])] AS band,
       b.geom
FROM building b
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM house h JOIN person p ON p.house_id = h.id WHERE h.building_id = b.id AND {scope}
) c
WHERE b.geom && {bounds} AND c.n >= :smallest
