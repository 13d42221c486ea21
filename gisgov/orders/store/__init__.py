"""SQL of orders, private to the domain."""
