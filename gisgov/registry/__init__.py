"""People, houses, buildings, addresses, cameras and parts. People have no geometry of their own, ever."""
