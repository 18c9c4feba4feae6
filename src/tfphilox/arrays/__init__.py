"""arrays: what becomes of an argument before an op sees it, and the arithmetic on what it drew."""
