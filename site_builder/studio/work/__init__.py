"""Long work in a process of its own, and what it tells."""
