"""Time with a consultant: when they are free, who holds it, and what becomes of it."""
