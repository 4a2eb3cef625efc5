"""From selected events to limits and significances.

Yields (``yields``), templates (``templates``), closed formulas of the significance
(``significance``), pyhf workspaces (``workspace``), fits (``inference``), a region from events to
result (``region``), counting experiments (``counting``), the records of the result (``results``).
"""
