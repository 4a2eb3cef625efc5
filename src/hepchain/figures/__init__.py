"""Figures and tables: one module each, the numbers apart from the drawing.

Each module has a record of the numbers drawn, a function that makes it from files of earlier stages,
and ``draw``, which turns the record into a figure. :mod:`hepchain.figures.style` holds what all share.
"""
