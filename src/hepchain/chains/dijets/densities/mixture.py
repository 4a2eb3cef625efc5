"""A mixture of a density that is known and one that is fitted, for any backend of Keras 3."""

from __future__ import annotations

from typing import Any

import numpy as np

FIRST_SHARE = 0.02
"""Of the fitted density before the fit: small, as that of any signal that nobody has seen."""


def mixed(fitted: Any, known: Any) -> tuple[Any, Any]:
    """Logarithm of the mixture, shape (n, 1), and the layer that holds the share in ``logit``.

    Parameters
    ----------
    fitted : logarithm of the density that is fitted, n numbers
    known : that of the other one, n numbers
    """
    import keras
    from keras import ops

    first = float(np.log(FIRST_SHARE) - np.log1p(-FIRST_SHARE))

    class Mixture(keras.layers.Layer):  # type: ignore[misc]
        def build(self, _: Any) -> None:
            start = keras.initializers.Constant(first)
            self.logit = self.add_weight(shape=(), initializer=start, name="logit")

        def call(self, logarithms: Any) -> Any:
            ours, theirs = (ops.reshape(one, (-1, 1)) for one in logarithms)
            # softplus(-logit) is minus the logarithm of the share.
            return ops.logaddexp(
                ours - ops.softplus(-self.logit), theirs - ops.softplus(self.logit)
            )

    layer = Mixture()
    return layer([fitted, known]), layer
