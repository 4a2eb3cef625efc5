"""Parametric response of an ATLAS-like detector: from generated particles to the ntuple.

Modules follow the particle: ``crossing`` (pile-up and vertices), ``passage`` (material),
``tracking``, ``dedx``, ``transition_radiation`` and ``calorimeter`` (the variables of a track),
``objects`` (standard electrons, jets, ETmiss), ``ntuple`` (the file), ``run`` (all of it).
Every number comes from ``config/detector/response.yaml``, read by ``parameters``.
"""
