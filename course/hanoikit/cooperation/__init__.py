"""Cooperation between States: the fitting instrument and channel, requests as data, letters, and the answer."""
