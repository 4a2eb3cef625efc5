"""Processes that can be generated: a module each, of the name of the process.

A module has the function ``source(sample_name, sample, part, seed)`` of :class:`Maker`, and its own
settings. One more file here, or in ``simulation`` of a chain, is one more process; the others do
not see it.
"""
