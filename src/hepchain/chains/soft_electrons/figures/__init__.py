"""Figures and tables of the analysis: candidates, yields, limits and the fits behind them."""
