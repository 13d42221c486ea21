"""What one installation stands on: its PostGIS server, its schema, its certificates, its backup."""
