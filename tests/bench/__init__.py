"""Measurements of the running product: ``make bench``. Timings live here, never in a test."""
