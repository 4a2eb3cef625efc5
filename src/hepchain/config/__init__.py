"""The configuration of a run: one module a block, typed, unknown keys refused."""
