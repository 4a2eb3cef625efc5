"""From selected candidates to the result of a mass point: what is required of candidates
(``approaches``), the control region, the gain by the tagger, other working points, the jobs."""
