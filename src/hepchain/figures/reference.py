"""Numbers of the reference study that figures of the soft-electron chain are compared with.

K. Sugizaki, talk at the ML@HEP workshop, 9 July 2022 (slides): a tagger of the same design in full
simulation. The slides give shares of the categories among electron tracks of higgsinos, and three
readings of the efficiency at a fake rate of 5 %; the denominator of the fake rate is not stated.
"""

from __future__ import annotations

from hepchain.figures.marks import EfficiencyMark

SOURCE = "K. Sugizaki, ML@HEP workshop (2022)"

CATEGORY_SHARES = {
    "trt_calorimeter": 0.522,
    "calorimeter": 0.229,
    "trt": 0.161,
    "silicon": 0.076,
}
"""Share among electron tracks of the (153, 150) GeV sample; the sum is 98.8 %, as printed."""

EFFICIENCY = (
    EfficiencyMark((1.0, 1.0), 0.5, 0.5),
    EfficiencyMark((2.0, 2.0), 0.6, 0.7),
    EfficiencyMark((3.0, 5.0), 0.8, None),
)
"""Efficiency at a fake rate of 5 %, all categories together."""
