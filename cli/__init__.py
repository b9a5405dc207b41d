"""The stafett command: what operators and developers type."""
