"""Published and hand-worked tables that the analyses reproduce; numbers only."""

NOISY_OR_INHIBITION = {"cold": 0.6, "flu": 0.2, "malaria": 0.1}
NOISY_OR = [
    (0, 0, 0, 0.0),
    (0, 0, 1, 0.9),
    (0, 1, 0, 0.8),
    (0, 1, 1, 0.98),
    (1, 0, 0, 0.4),
    (1, 0, 1, 0.94),
    (1, 1, 0, 0.88),
    (1, 1, 1, 0.988),
]
"""(cold, flu, malaria, probability of fever): Russell and Norvig, Artificial Intelligence, chapter on networks."""

NOISY_OR_LEAK = 0.1
NOISY_OR_LEAK_TERMS = (0.8, 0.6)
NOISY_OR_WITH_LEAK = [(0, 0, 0.1), (0, 1, 0.64), (1, 0, 0.82), (1, 1, 0.928)]
"""(first, second, probability): BayesiaLab user guide."""

GOLDEN_LINKS = [
    ("B", "S1", 0.6),
    ("B", "S2", 0.4),
    ("S1", "SubA", 0.5),
    ("S1", "SubB", 0.5),
    ("S2", "SubB", 1.0),
    ("SubA", "X", 1.0),
    ("SubB", "X", 0.25),
    ("SubB", "Y", 0.75),
]
GOLDEN_HAZARD = {"X": 0.05, "Y": 1.0}
GOLDEN_EXPOSURE = {"SubA": 0.05, "SubB": 0.7625, "S1": 0.40625, "S2": 0.7625, "B": 0.54875}
GOLDEN_SHARE_OF_B = {"X": 0.475, "Y": 0.525}
GOLDEN_ATTRIBUTION_OF_B = {"X": 0.02375, "Y": 0.525}
GOLDEN_RATE_BY_COUNT, GOLDEN_RATE_BY_MASS = 0.5, 0.475
"""A brand, two suppliers, two sub-suppliers, two smelters; worked by hand."""
