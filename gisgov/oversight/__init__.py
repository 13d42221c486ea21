"""Oversight: supervision orders, opened by rule or by a leader, and answered."""
