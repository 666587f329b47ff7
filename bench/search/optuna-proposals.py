"""Runs Optuna's TPE for bench/search.mjs. Reads a request a line: a space, a seed and a number of trials. For each trial
writes the proposed settings as a line of JSON, and reads their loss from the next line."""
import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(trial, name, dimension):
    if dimension["kind"] == "int":
        return trial.suggest_int(name, dimension["low"], dimension["high"])
    return trial.suggest_categorical(name, dimension["values"])


for line in iter(sys.stdin.readline, ""):
    request = json.loads(line)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=request["seed"]))
    for _ in range(request["trials"]):
        trial = study.ask()
        settings = {name: suggest(trial, name, dimension) for name, dimension in request["space"].items()}
        print(json.dumps(settings), flush=True)
        study.tell(trial, json.loads(sys.stdin.readline()))
