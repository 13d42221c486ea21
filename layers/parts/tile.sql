SELECT p.id, p.code, p.part_class, p.part_type, p.state, p.geom
FROM part p
WHERE p.geom && {bounds} AND {scope}
  AND (CAST(:part_class AS text[]) IS NULL OR p.part_class = ANY (:part_class))
