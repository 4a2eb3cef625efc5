"""Figures of taggers, and of the tracks that they see."""

from __future__ import annotations

from types import SimpleNamespace

from hepchain.config.figures import FiguresConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures import (
    calibration_curves,
    category_shares,
    combination_comparison,
    dependence,
    efficiency_vs_pt,
    loss_curves,
    roc,
    score_distributions,
    training_comparison,
    variations,
)
from hepchain.figures.style import Things
from hepchain.studies import calibration_curves as calibration_numbers
from hepchain.studies import dependence as dependence_numbers
from hepchain.studies import score_distributions as score_numbers
from hepchain.studies import training_comparison as comparison_numbers
from tests.figures.drawings import Parts, drawing
from tests.figures.figure_chain import Chain
from tests.figures.figure_inputs import POINTS, seen_tracks


@drawing("category_shares")
def _shares(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    names = list(things.categories)
    shares = [
        category_shares.category_shares(
            point, [chain.root / f"features/{point}/features-0.parquet"], names
        )
        for point in POINTS
    ]
    return category_shares, shares


@drawing("loss_curves_keras")
def _losses_of_network(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return loss_curves, loss_curves.trainings("keras", "network", chain.models("keras"))


@drawing("loss_curves_xgboost")
def _losses_of_trees(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return loss_curves, loss_curves.trainings("xgboost", "trees", chain.models("xgboost"))


@drawing("score_distributions", empty="no tracks")
def _scores(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    files = chain.scores("keras"), chain.points("keras")
    names = list(things.categories)
    return score_distributions, score_numbers.score_distributions("keras", *files, names)


@drawing("score_by_pt")
def _scores_by_pt(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    files = chain.scores("keras"), chain.points("keras")
    return score_distributions, score_numbers.score_by_pt("keras", *files)


@drawing("calibration_curves")
def _calibration(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    balance = BalanceConfig(
        pt_edges=[0.5, 1.0, 2.0, 5.0], abs_eta_edges=[0.0, 1.2, 2.5], max_weight_ratio=50.0
    )
    scores, names = chain.scores("keras"), list(things.categories)
    curves = calibration_numbers.calibration_curves(
        "keras", scores, [scores], chain.calibration("keras"), names, balance, 1
    )
    return calibration_curves, curves


@drawing("dependence")
def _dependence(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    names = ("higgsino_153_150", "wenu_jets")
    scores = {name: chain.scores("keras", name) for name in names}
    events = [(name, chain.events(name)) for name in names]
    points = chain.points("keras")
    found = dependence_numbers.dependence("keras", scores, events, points, config.pt_edges)
    return dependence, found


@drawing("training_comparison")
def _seen(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    seen, names = seen_tracks(chain.tracks), list(things.categories)
    return training_comparison, comparison_numbers.training_comparison("keras", seen, names, 1)


@drawing("roc")
def _roc(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return roc, roc.rocs(chain.test(), list(things.categories)), 0.05, "keras"


@drawing("combination_comparison")
def _combinations(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    found = combination_comparison.combinations(chain.test(), list(things.categories))
    return combination_comparison, found, 0.05


def _efficiencies(
    chain: Chain, things: Things, config: FiguresConfig
) -> efficiency_vs_pt.PtEfficiencies:
    files = chain.scores("keras"), chain.points("keras")
    names = list(things.categories)
    return efficiency_vs_pt.pt_efficiencies("keras", *files, names, config.pt_edges)


@drawing("efficiency_vs_pt")
def _efficiency(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return efficiency_vs_pt, _efficiencies(chain, things, config)


@drawing("efficiency_vs_pt_by_category")
def _efficiency_by_category(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    drawn = SimpleNamespace(draw=efficiency_vs_pt.draw_categories)
    return drawn, _efficiencies(chain, things, config)


@drawing("variations", y_label=False)
def _variations(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    test = chain.test()
    varied = {f"{name}_up": test["xgboost"] for name in ("noise", "material")}
    changes = variations.variations(
        "keras", "higgsino_153_150", test["keras"], varied, chain.points("keras"), "overall"
    )
    return variations, changes, {"noise_up": "calorimeter noise +20 %"}
