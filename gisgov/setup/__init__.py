"""From an empty database to a district that works: first administrator, district, people, what is still missing."""
