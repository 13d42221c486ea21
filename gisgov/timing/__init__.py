"""Calendars, limits and lamps: from an amount of time to a moment, and from a moment to a colour."""
