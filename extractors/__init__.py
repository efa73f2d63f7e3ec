"""Pure: bytes to clean text, to actors, positions and events. No clock, network, database or scheduler."""
