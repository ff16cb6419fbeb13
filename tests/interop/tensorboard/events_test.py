"""TensorBoard's own reader finds the numbers in event files that write_events wrote."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import event_files

BINARIES = pathlib.Path(os.environ["RETORT_BINARIES"]) / "tests/interop/tensorboard"


class EventsTest(unittest.TestCase):
    def test_interrupted_stage(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([BINARIES / "write_events", folder], check=True)
            found = event_files.scalars(folder)
        steps = range(1, 9)
        ce = [2 - 0.125 * step for step in steps]
        want = {
            "loss/ce": ce,
            "loss/cos": [0.5] * 8,
            "weighted_loss/ce": [5 * value for value in ce],
            "weighted_loss/cos": [0.5] * 8,
            "loss/total": [5 * value + 0.5 for value in ce],
            "gradient/norm": [4.0] * 8,
            # Of all steps, as if nothing had been interrupted.
            "gradient/clipped_share": [(step + 1) // 2 / step for step in steps],
            "optimizer/learning_rate": [0.0005] * 8,
            "speed/tokens_per_second": [2000.0] * 8,
            "tokens": [1024.0 * step for step in steps],
        }
        want = {tag: dict(zip(steps, values)) for tag, values in want.items()}
        want["eval/masked_lm/cross_entropy"] = {8: 4.25}
        self.assertEqual(found.keys(), want.keys())
        for tag, points in want.items():
            self.assertEqual(list(found[tag]), list(points), tag)
            for step, value in points.items():
                self.assertAlmostEqual(found[tag][step], value, delta=1e-6 * max(1, abs(value)), msg=(tag, step))


if __name__ == "__main__":
    unittest.main()
