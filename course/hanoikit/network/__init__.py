"""The 24/7 network."""
