"""PED-ANOVA importances of Optuna. Run: python3 make_ped_anova.py (pip: optuna 5.0)."""
import json
import os
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.importance._ped_anova.scott_parzen_estimator import build_parzen_estimator_on_grid
from optuna.trial import create_trial

warnings.simplefilter("ignore")
rng = np.random.default_rng(2304)

distributions = {
    "rate": FloatDistribution(1e-4, 1e-1, log=True),
    "dropout": FloatDistribution(0.0, 0.5),
    "smoothing": FloatDistribution(0.0, 0.3, step=0.1),
    "units": IntDistribution(10, 90),
    "batch": IntDistribution(16, 256, log=True),
    "depth": IntDistribution(1, 7, step=2),
    "optimizer": CategoricalDistribution(["sgd", "adam", "lion"]),
    "momentum": FloatDistribution(0.0, 0.99),
    "nothing": FloatDistribution(0.5, 0.5),
}


def draw():
    values = {}
    for name, d in distributions.items():
        if isinstance(d, CategoricalDistribution):
            values[name] = d.choices[rng.integers(len(d.choices))]
        elif isinstance(d, IntDistribution):
            value = round(np.exp(rng.uniform(np.log(d.low), np.log(d.high)))) if d.log else d.low + d.step * rng.integers((d.high - d.low) // d.step + 1)
            values[name] = int(value)
        elif d.step:
            values[name] = round(d.step * int(rng.integers(4)), 1)
        else:
            value = np.exp(rng.uniform(np.log(d.low), np.log(d.high))) if d.log else rng.uniform(d.low, d.high)
            values[name] = min(d.high, max(d.low, float(f"{value:.4g}")))
    if values["optimizer"] != "sgd":
        del values["momentum"]
    return values


def score_of(v):
    score = 98 - (np.log10(v["rate"]) + 2.5) ** 2 - 3 * (v["dropout"] - 0.2) ** 2 - 0.3 * (v["optimizer"] == "lion")
    score += 0.8 * v.get("momentum", 0) - 0.1 * abs(np.log2(v["batch"]) - 5) + rng.normal(0, 0.2)
    return float(round(score, 2))


cases = []
for count, goal, names in (
    (60, "maximize", ["rate", "dropout", "smoothing", "units", "batch", "depth", "optimizer", "momentum", "nothing"]),
    (200, "minimize", ["rate", "dropout", "smoothing", "units", "batch", "depth", "optimizer", "momentum"]),
    (45, "maximize", ["optimizer", "depth"]),
):
    study = optuna.create_study(direction=goal)
    observations = []
    for _ in range(count):
        v = draw()
        score = score_of(v) * (1 if goal == "maximize" else -1)
        kept = {name: v[name] for name in names if name in v}
        observations.append({"values": kept, "score": score})
        study.add_trial(create_trial(value=score, params=kept, distributions={n: distributions[n] for n in kept}))
    importances = PedAnovaImportanceEvaluator().evaluate(study)
    shares = optuna.importance.get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    cases.append({"goal": goal, "names": names, "observations": observations, "importances": importances, "shares": shares})

densities = []
trials = [create_trial(value=0.0, params=(v := draw()), distributions={n: distributions[n] for n in v}) for _ in range(30)]
for name, d in distributions.items():
    own = [t for t in trials if name in t.params]
    for count in (1, 4, len(own)):
        if d.single():
            continue
        estimator, size = build_parzen_estimator_on_grid(name, d, own[:count], 50, 1.0)
        densities.append({"name": name, "values": [t.params[name] for t in own[:count]], "density": estimator.pdf(np.arange(size)).tolist()})

with open(os.path.join(os.path.dirname(__file__), "ped-anova.json"), "w") as out:
    json.dump({"optuna": optuna.__version__, "cases": cases, "densities": densities}, out)
