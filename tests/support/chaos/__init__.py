"""A whole installation that has one trouble after another while changes are made, and what became of the changes."""
