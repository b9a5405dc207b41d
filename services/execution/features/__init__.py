"""One file for each thing the service can do."""
