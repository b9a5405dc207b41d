"""What every service needs and none should write twice; it knows no word of the domain."""
