"""Text for people and programs: reports, priors, trees, lists of runs; as table, Markdown, CSV and JSON."""
