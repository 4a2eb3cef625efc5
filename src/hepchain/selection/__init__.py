"""From tracks with a score to the events of a signal region.

General: cut-flows (``cutflow``), pair kinematics (``kinematics``), the join on event and track
(``matching``), working points (``working_point``). This analysis: the pseudo signal region
(``zstar``) and its files (``zstar_files``, ``zstar_job``).
"""
