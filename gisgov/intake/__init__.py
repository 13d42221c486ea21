"""What comes in: sources, categories and reports."""
