"""Notify tells nobody: it is where messages end."""
