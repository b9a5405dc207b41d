"""What Stafett can do: hand-offs, the main job, memory and start-up, and whether any of it grows with the years."""
