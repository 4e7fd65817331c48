"""Rights safeguards: the gates that a measure or a request has to pass, and how to narrow what asks too much."""
