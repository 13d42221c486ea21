-- Buildings with the number of households registered in them.
SELECT b.id, b.code, b.name, b.address, b.floors, h.households, b.geom
FROM building b
CROSS JOIN LATERAL (SELECT count(*)::int AS households FROM house h WHERE h.building_id = b.id) h
WHERE b.geom && {bounds} AND {scope}
