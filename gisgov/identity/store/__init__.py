"""SQL of identity; rows in, models out. Private to this domain."""
