"""Machine-learning analysis chains at the LHC, stage by stage.

Each subpackage is one stage of the workflow (``simulation``, ``skimming``, ``features``,
``training``, ``combination``, ``selection``, ``statistics``, ``figures``) or serves all of them
(``config``, ``io``). Units everywhere: GeV, mm, rad; electric charge in units of the proton's.
"""

__version__ = "0.1.0"
