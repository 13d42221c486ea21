"""What lies under the layers: one JSON file per base map, each with its datum and attribution."""
