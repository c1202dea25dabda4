"""Guides as files: the ministry's articles on one subject, bound together with their sources."""
