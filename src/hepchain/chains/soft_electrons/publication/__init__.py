"""The tables of this analysis in a submission to HEPData."""
