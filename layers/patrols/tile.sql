-- The latest position of everybody on duty; off duty there is no position to show (decisions.md, staff positions).
SELECT f.user_id AS id, u.name,
       greatest(0, extract(epoch FROM :now - f.at))::int AS age_s,
       extract(epoch FROM :now - f.at) > :stale_s AS stale,
       round(f.heading_deg)::int AS heading, round(f.accuracy_m)::int AS accuracy_m, f.geom
FROM fix f
JOIN app_user u ON u.id = f.user_id
JOIN duty d ON d.user_id = f.user_id AND d.on_duty
WHERE f.geom && {bounds} AND {scope}
