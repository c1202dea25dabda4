"""Demo data: people who never were, so that a fresh start has something to show."""
