"""Real Optuna as the judge of our replay. `write JOURNAL...`: random operations through its API. `read JOURNAL...`: what it reads, as JSON."""
import json
import math
import random
import sys
import warnings

warnings.simplefilter("ignore")
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalFileStorage, JournalStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)

NAMES = ["a", "a-2", "b"]
NUMBERS = [0.5, -2.0, 1e300, math.nan, math.inf, -math.inf]
DISTRIBUTIONS = [
    FloatDistribution(0.1, 1.0),
    FloatDistribution(0.1, 2.0),
    FloatDistribution(0.1, 1.0, log=True),
    IntDistribution(1, 9),
    IntDistribution(1, 9, log=True),
    CategoricalDistribution(["x", "y"]),
    CategoricalDistribution(["x", "y", "z"]),
    CategoricalDistribution([1, 0]),
    CategoricalDistribution([True, False]),
    CategoricalDistribution([None, math.nan]),
]


def write(seed: int, path: str) -> None:
    draw = random.Random(seed)
    workers = [JournalStorage(JournalFileStorage(path)) for _ in range(2)]

    def distribution():
        return draw.choice(DISTRIBUTIONS)

    def template():
        found = distribution()
        params = {"p": found.to_external_repr(1)}
        state = draw.choice([TrialState.COMPLETE, TrialState.WAITING, TrialState.PRUNED, TrialState.FAIL])
        value = draw.choice([0.5, math.inf]) if state == TrialState.COMPLETE else None
        return create_trial(
            state=state,
            value=value,
            params=params,
            distributions={"p": found},
            user_attrs={"t": draw.choice(NUMBERS)},
            intermediate_values={1: draw.choice(NUMBERS)},
        )

    for _ in range(60):
        worker = draw.choice(workers)
        study, trial = draw.randrange(4), draw.randrange(12)
        steps = [
            lambda: worker.create_new_study([StudyDirection.MINIMIZE], draw.choice(NAMES)),
            lambda: worker.create_new_study([StudyDirection.MINIMIZE], draw.choice(NAMES)),
            lambda: worker.delete_study(study) if draw.random() < 0.3 else None,
            lambda: worker.set_study_user_attr(study, "k", draw.choice(NUMBERS)),
            lambda: worker.set_study_system_attr(study, "k", 1),
            lambda: worker.create_new_trial(study),
            lambda: worker.create_new_trial(study),
            lambda: worker.create_new_trial(study),
            lambda: worker.create_new_trial(study, template()),
            lambda: worker.set_trial_param(trial, draw.choice("pq"), 1, distribution()),
            lambda: worker.set_trial_param(trial, draw.choice("pq"), 1, distribution()),
            lambda: worker.set_trial_intermediate_value(trial, draw.randrange(3), draw.choice(NUMBERS)),
            lambda: worker.set_trial_user_attr(trial, "NaN", {"NaN \" Infinity": [draw.choice(NUMBERS)]}),
            lambda: worker.set_trial_system_attr(trial, "k", 1),
            lambda: worker.set_trial_state_values(
                trial, draw.choice(list(TrialState)), draw.choice([None, [draw.choice(NUMBERS)]])
            ),
        ]
        try:
            draw.choice(steps)()
        except (KeyError, RuntimeError, ValueError, optuna.exceptions.DuplicatedStudyError):
            # The line is in the journal all the same.
            pass


def finite(value):
    """NaN and infinite numbers are no value to us."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list) else value


def read(path: str):
    found = JournalStorage(JournalFileStorage(path))._replay_result
    studies = [
        {
            "id": id,
            "name": study.study_name,
            "attributes": finite(study.user_attrs),
            "trials": found._study_id_to_trial_ids[id],
        }
        for id, study in found._studies.items()
    ]
    trials = [
        {
            "id": id,
            "study": found._trial_id_to_study_id[id],
            "state": int(trial.state),
            "values": None if trial.values is None or None in finite(trial.values) else trial.values,
            "parameters": {
                name: finite(float(trial.distributions[name].to_internal_repr(value)))
                for name, value in trial.params.items()
            },
            "intermediate": {
                str(step): value for step, value in trial.intermediate_values.items() if finite(value) is not None
            },
            "attributes": finite(trial.user_attrs),
        }
        for id, trial in found._trials.items()
    ]
    return {"studies": studies, "trials": trials}


if sys.argv[1] == "write":
    for seed, path in enumerate(sys.argv[2:]):
        write(seed, path)
else:
    print(json.dumps([read(path) for path in sys.argv[2:]], allow_nan=False))
