"""Figures and tables: one module each, the numbers apart from the drawing.

Each module has a record of the numbers drawn, functions that make it from files of earlier stages,
and ``draw``, which turns the record into a figure; :mod:`hepchain.figures.style` is what all share.
"""
