"""Names that both sides of the connection know; light enough for a program that only wants the client."""

PROBLEMS = "https://hanoikit.example/problems/"
DEFAULT_PORT = 8024
LARGEST_BODY = 64 * 1024 + 1024
"""Bytes that a request may have: an envelope of the largest message."""
LARGEST_FILES = 1536 * 1024
"""Bytes of the request with which a team shows files of its own."""
