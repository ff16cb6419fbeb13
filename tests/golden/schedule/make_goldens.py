#!/usr/bin/env python3
"""Writes goldens.json: the factors of transformers' schedules at every step.

From the repository's root, in an environment with `pip install torch==2.11.0 transformers==5.23.0`:
    python3 tests/golden/schedule/make_goldens.py
"""

import json
import pathlib

import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
CASES = [(10, 2), (7, 0), (20, 3), (25, 24), (32, 8), (1, 0), (2, 1)]  # Steps, and those of the warm-up.


def schedule(name, optimizer, steps, warmup):
    if name == "constant":
        return transformers.get_constant_schedule_with_warmup(optimizer, warmup)
    if name == "linear":
        return transformers.get_linear_schedule_with_warmup(optimizer, warmup, steps)
    return transformers.get_cosine_schedule_with_warmup(optimizer, warmup, steps)


def factors(name, steps, warmup):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule_ = schedule(name, optimizer, steps, warmup)
    values = []
    for _ in range(steps):
        values.append(schedule_.get_last_lr()[0])
        optimizer.step()
        schedule_.step()
    return values


def main():
    goldens = [
        {"schedule": name, "steps": steps, "warmup": warmup, "factors": factors(name, steps, warmup)}
        for name in ("constant", "linear", "cosine")
        for steps, warmup in CASES
    ]
    lines = ",\n".join(json.dumps(golden) for golden in goldens)
    (HERE / "goldens.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
