"""Where those on duty are: the latest position, the track of ninety days, after that only distances."""
