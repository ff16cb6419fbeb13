"""Reads event files that write_events wrote with TensorBoard's own reader and compares every number.

    bazel build //tests/interop/tensorboard:write_events
    python3 -m venv /path/to/venv && /path/to/venv/bin/pip install tensorboard
    /path/to/venv/bin/python tests/interop/tensorboard/check.py bazel-bin/tests/interop/tensorboard/write_events
"""

import subprocess
import sys
import tempfile

from tensorboard.backend.event_processing import event_accumulator


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        accumulator = event_accumulator.EventAccumulator(folder)
        accumulator.Reload()
        found = {
            tag: [(event.step, event.value) for event in accumulator.Scalars(tag)]
            for tag in accumulator.Tags()["scalars"]
        }
    steps = range(1, 9)
    ce = [2 - 0.125 * step for step in steps]
    want = {
        "loss/ce": ce,
        "loss/cos": [0.5] * 8,
        "weighted_loss/ce": [5 * value for value in ce],
        "weighted_loss/cos": [0.5] * 8,
        "loss/total": [5 * value + 0.5 for value in ce],
        "gradient/norm": [4.0] * 8,
        # Counted anew after the interruption: steps 1 to 4, then 5 to 8.
        "gradient/clipped_share": [1, 1 / 2, 2 / 3, 1 / 2] * 2,
        "optimizer/learning_rate": [0.0005] * 8,
        "speed/tokens_per_second": [2000.0] * 8,
        "tokens": [1024.0 * step for step in steps],
    }
    want = {tag: list(zip(steps, values)) for tag, values in want.items()}
    want["eval/masked_lm/cross_entropy"] = [(8, 4.25)]
    assert found.keys() == want.keys(), (sorted(found), sorted(want))
    for tag, points in want.items():
        assert [step for step, _ in found[tag]] == [step for step, _ in points], (tag, found[tag])
        for (_, got), (step, expected) in zip(found[tag], points):
            assert abs(got - expected) < 1e-6 * max(1, abs(expected)), (tag, step, got, expected)
    print(f"TensorBoard reads all {sum(map(len, want.values()))} numbers of {len(want)} series as written.")


if __name__ == "__main__":
    main()
