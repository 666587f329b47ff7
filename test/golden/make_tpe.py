"""Optuna's numbers that src/study/samplers must agree with. Run: python3 make_tpe.py, with optuna 5.0.0 (PyPI) and numpy 1.24.2 (Debian).

tpe-densities.json and tpe-behaviour.json were made with Optuna's master 1d8ce7bb6 (5.0.0.dev). This script checks the densities with the
release, adds the order of equal values to them, and makes tpe-more.json: densities without equal values, and a split.
"""
import json
import os

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_weights
from optuna.trial import TrialState, create_trial

here = os.path.dirname(os.path.abspath(__file__))
parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)


def log_densities(space, observed, points):
    arrays = lambda columns: {name: np.asarray(column, float) for name, column in columns.items()}
    return _ParzenEstimator(arrays(observed), space, parameters).log_pdf(arrays(points)).tolist()


space = {"c": CategoricalDistribution((0, 1, 2)), "f": FloatDistribution(-5, 5), "i": IntDistribution(1, 16),
         "l": FloatDistribution(1e-5, 0.1, log=True), "m": IntDistribution(4, 256, log=True)}
path = os.path.join(here, "tpe-densities.json")
with open(path) as file:
    cases = json.load(file)
for case in cases:
    assert np.allclose(log_densities(space, case["obs"], case["x"]), case["lp"], rtol=0, atol=1e-12), case["n"]
    # NumPy's argsort is not stable above 16 values, and the width of a kernel depends on the order.
    case["order"] = {name: np.argsort(np.asarray(case["obs"][name], float)).tolist() for name in ("i", "m")}
with open(path, "w") as file:
    json.dump(cases, file)

more = {"c": CategoricalDistribution(("sgd", None, True, 4)), "f": FloatDistribution(-5, 5), "s": FloatDistribution(0, 20, step=0.05),
        "i": IntDistribution(0, 900, step=3), "l": FloatDistribution(1e-5, 0.1, log=True), "m": IntDistribution(1, 1000, log=True)}
rng = np.random.default_rng(5)


def columns(count):
    return {"c": rng.integers(4, size=count).tolist(), "f": rng.uniform(-5, 5, count).tolist(),
            "s": (rng.permutation(401)[:count] * 0.05).round(2).tolist(), "i": (rng.permutation(301)[:count] * 3).tolist(),
            "l": (10 ** rng.uniform(-5, -1, count)).tolist(),
            "m": rng.permutation(np.unique(np.round(10 ** rng.uniform(0, 3, 600))))[:count].astype(int).tolist()}


densities = []
for count in (1, 24, 25, 26, 27, 60, 120):
    observed, points = columns(count), columns(8)
    densities.append({"observations": observed, "points": points, "logDensities": log_densities(more, observed, points)})

# No score is equal to another one, nor is a pair of step and value.
study = optuna.create_study(direction="maximize")
trials = []
for number in range(45):
    state = rng.choice(["complete", "paused", "running"], p=[0.06, 0.8, 0.14])
    value, epoch = float(np.round(rng.uniform(90, 99), 4)), int(rng.integers(1, 6))
    trials.append({"state": str(state), "epoch": epoch, "score": value})
    states = {"complete": TrialState.COMPLETE, "paused": TrialState.PRUNED, "running": TrialState.RUNNING}
    trial = create_trial(state=states[state], value=value if state == "complete" else None,
                         intermediate_values={epoch: value} if state == "paused" else {})
    study._storage.create_new_trial(study._study_id, template_trial=trial)
frozen = study.get_trials(deepcopy=False)
ended = sum(trial.state != TrialState.RUNNING for trial in frozen)
below, above = _split_trials(study, frozen, default_gamma(ended))
split = {"trials": trials, "below": [trial.number for trial in below], "above": [trial.number for trial in above]}

with open(os.path.join(here, "tpe-more.json"), "w") as file:
    json.dump({"optuna": optuna.__version__, "densities": densities, "split": split}, file)
