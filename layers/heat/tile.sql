-- Counts of a window (whole hours), summed over the counted hexagons below each drawn one.
SELECT h.id AS hex, sum(t.n)::int AS n, h.geom
FROM hex h
JOIN hex leaf ON leaf.res = 9
    AND CASE :hex_res WHEN 7 THEN leaf.parent_7 WHEN 8 THEN leaf.parent_8 ELSE leaf.id END = h.id
JOIN heat t ON t.hex = leaf.id
WHERE h.res = :hex_res
  AND h.geom && {bounds}
  AND t.hour >= coalesce(date_trunc('hour', CAST(:since AS timestamptz), 'UTC'), :now - interval '7 days')
  AND (CAST(:until AS timestamptz) IS NULL OR t.hour < :until)
  AND (CAST(:category AS text[]) IS NULL OR t.kind = ANY (:category))
  AND {scope}
GROUP BY h.id
HAVING sum(t.n) >= :smallest
