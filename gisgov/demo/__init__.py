"""The demonstration district: a synthetic city made from a seed, its past, and a simulated day."""
