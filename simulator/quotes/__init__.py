"""Prices from dated quotes: read, put on one basis, told by a model that is scored on unseen ones."""
