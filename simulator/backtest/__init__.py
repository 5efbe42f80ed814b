"""Published training runs predicted from what was knowable before them, and how well."""
