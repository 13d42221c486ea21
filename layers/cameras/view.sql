-- What each camera looks over: a sector of nine points on its range, and the camera itself. Those that stand
-- beside the tile (some 400 m, in degrees) may look into it.
SELECT c.id, c.state,
       ST_MakePolygon(ST_MakeLine(ARRAY[c.geom] || arc.points || ARRAY[c.geom])) AS geom
FROM camera c
CROSS JOIN LATERAL (
    SELECT array_agg(
        ST_Project(c.geom::geography, c.range_m, radians(c.heading_deg + c.fov_deg * (step / 8.0 - 0.5)))::geometry
        ORDER BY step
    ) AS points
    FROM generate_series(0, 8) AS step
) arc
WHERE c.geom && ST_Expand({bounds}, 0.005) AND {scope}
  AND c.heading_deg IS NOT NULL AND c.fov_deg IS NOT NULL AND c.range_m > 0
  AND (CAST(:state AS text[]) IS NULL OR c.state = ANY (:state))
