"""seeding: what an op draws from: seeds, whose they are, the rules of a version, its stream."""
