"""From objects with a score to the events of a region: cut-flows (``cutflow``), kinematics of pairs
(``kinematics``), the join on event and track (``matching``), working points (``working_point``)."""
