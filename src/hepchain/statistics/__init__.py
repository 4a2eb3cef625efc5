"""From selected events to expected limits and significances.

General: yields (``yields``), templates (``templates``), closed formulas of the significance
(``significance``), pyhf workspaces (``workspace``), fits (``inference``), a region from events to
result (``region``), the gain by a tagger (``gain``, ``bootstrap``), the records of the result
(``results``). This analysis: which candidate stands for its event (``zstar``) and the job of one
mass point (``zstar_job``).
"""
