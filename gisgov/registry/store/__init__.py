"""SQL of the registry; private to this domain."""
