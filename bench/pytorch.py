"""One epoch of the same network, data and optimizer in PyTorch, and the evaluation of 70,000 images; prints one JSON object.

Usage: /usr/bin/python3 bench/pytorch.py --batch 32 --threads 1 [--evaluate-batch 500] [--setting channels_last]
A batch of 0 leaves that part out. Data lies in memory as float32 tensors. Settings: bench/lenet5.py; which of them is the
fastest, bench/pytorch-settings.py finds out.
"""
import argparse
import json
import resource
import time

import torch

from lenet5 import data, evaluator, trainer

arguments = argparse.ArgumentParser()
arguments.add_argument("--batch", type=int, required=True)
arguments.add_argument("--evaluate-batch", type=int, default=500)
arguments.add_argument("--threads", type=int, required=True)
arguments.add_argument("--setting", default="channels_last")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
result = {"who": f"PyTorch {torch.__version__}", "batchSize": options.batch, "threads": options.threads}

(train_x, train_y), (test_x, test_y) = data()
if options.batch:
    train = trainer(options.setting, train_x, train_y, options.batch)
    train(torch.arange(20 * options.batch))  # warm-up
    start = time.perf_counter()
    train(torch.randperm(60000))
    result["trainSeconds"] = time.perf_counter() - start
if options.evaluate_batch:
    evaluate = evaluator(options.setting, train_x, options.evaluate_batch)
    evaluate(test_x, test_y)  # warm-up
    start = time.perf_counter()
    evaluate(train_x, train_y)
    evaluate(test_x, test_y)
    result["evaluateSeconds"] = time.perf_counter() - start
result["megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps(result))
