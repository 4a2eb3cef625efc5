"""Processes of this chain, a module each; the name of a process is that of its module."""
