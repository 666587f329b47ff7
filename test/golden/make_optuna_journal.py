"""A journal of two studies as Optuna writes it, and what Optuna reads from it. Run: python3 make_optuna_journal.py (pip: optuna 3.1)."""

import json
import os
import tempfile
import warnings

import optuna
from optuna.storages import JournalFileStorage, JournalStorage

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    kind = trial.suggest_categorical("kind", ["a", "b", None, True])
    layers = trial.suggest_int("layers", 1, 8)
    for step in range(4):
        trial.report(x * x + step, step)
        if step == 2 and x > 2:
            raise optuna.TrialPruned()
    if x < -4:
        raise ValueError("too small")
    return x * x + rate + layers + (kind == "b")


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "optuna.log")
    storage = JournalStorage(JournalFileStorage(path))
    read = {}
    for name, direction in [("sphere", "minimize"), ("größe", "maximize")]:
        study = optuna.create_study(
            storage=storage, study_name=name, direction=direction, sampler=optuna.samplers.RandomSampler(seed=3)
        )
        study.optimize(objective, n_trials=12, catch=(ValueError,))
        study.ask()
        read[name] = {
            "direction": direction,
            "best": study.best_value,
            "bestTrial": study.best_trial.number,
            "trials": [
                {
                    "number": trial.number,
                    "state": trial.state.name,
                    "value": trial.value,
                    "params": trial.params,
                    "intermediate": sorted(trial.intermediate_values.items()),
                }
                for trial in study.get_trials()
            ],
        }
    with open(path) as file:
        golden = {"journal": file.read(), "studies": read}

with open(os.path.join(os.path.dirname(__file__), "optuna-journal.json"), "w") as out:
    json.dump(golden, out)
