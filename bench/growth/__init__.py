"""Growth: whether anything gets slower with the number of assignments that have ever been handled."""
