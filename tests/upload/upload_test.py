"""MLflow and W&B keep what upload.py gives them. Started by run.sh."""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import mlflow
from wandb.proto import wandb_internal_pb2

BLOCK, FULL, LAST = 32768, 1, 4
UPLOAD = pathlib.Path(__file__).resolve().parents[2] / "tools/upload/upload.py"

# Two variants; the second one stopped with seed 2. The names are such as sweeps have.
LOSSES, RATE = "stage.distil.loss (order)", "stage.distil.adamw.learning_rate"
RESULTS = {
    "name": "tiny",
    "variants": [
        {"name": "base", "failures": [], "folders": {"1": "store/a", "2": "store/b"}},
        {"name": "lr=1e-3", "failures": ["seed 2: loss term ce is NaN at step 3"],
         "folders": {"1": "store/c", "2": "store/d"}},
    ],
    "settings": [{"path": RATE, "values": ["0.0005", "0.001"]}, {"path": LOSSES, "values": ["ce, cos", "cos, ce"]}],
    "environment": {"commit": "0123456789ab", "instruction set": "AVX2", "device": ""},
}
FINAL = "score/report/cola/matthews"
LONG = """variant seed stage tokens flops split metric value measured_on teacher
base 1 distil 500 1e+09 select m/cross_entropy 2.5 34 -
base 1 distil 900 2e+09 select m/cross_entropy 2.25 34 -
base 1 score 1000 2e+09 report cola/matthews 0.5 12 -
base 2 score 1000 2e+09 report cola/matthews 0.25 12 -
lr=1e-3 1 score 1000 2e+09 report cola/matthews nan 12 -
"""


class UploadTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        report = self.folder / "runs/report"
        report.mkdir(parents=True)
        (report / "results.json").write_text(json.dumps(RESULTS))
        (report / "long.tsv").write_text(LONG.replace(" ", "\t").replace("\t-", "\t"))

    def upload(self, service, **environment):
        result = subprocess.run(
            [sys.executable, UPLOAD, service, self.folder / "runs"], cwd=self.folder, env={**os.environ, **environment},
            capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(f"4 runs uploaded to {service}", result.stdout)

    def test_mlflow(self):
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        store = f"file:{self.folder}/mlruns"
        self.upload("mlflow", MLFLOW_TRACKING_URI=store)
        client = mlflow.MlflowClient(store)
        (experiment,) = client.search_experiments(filter_string="name = 'tiny'")
        runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
        self.assertEqual(set(runs), {"base/seed_1", "base/seed_2", "lr=1e-3/seed_1", "lr=1e-3/seed_2"})
        base = runs["base/seed_1"]
        self.assertEqual(base.info.status, "FINISHED")
        self.assertEqual(
            base.data.params,
            {"variant": "base", "seed": "1", RATE: "0.0005", "stage.distil.loss _order_": "ce, cos"})
        tags = {"sweep": "tiny", "variant": "base", "seed": "1", "commit": "0123456789ab", "instruction set": "AVX2"}
        self.assertEqual({**base.data.tags, **tags}, base.data.tags)
        self.assertEqual(base.data.metrics[FINAL], 0.5)
        curve = client.get_metric_history(base.info.run_id, "distil/select/m/cross_entropy")
        self.assertEqual([(point.step, point.value) for point in curve], [(500, 2.5), (900, 2.25)])
        stopped = runs["lr=1e-3/seed_2"]
        self.assertEqual(stopped.info.status, "FAILED")
        self.assertEqual(stopped.data.tags["failure"], "loss term ce is NaN at step 3")

    def test_wandb(self):
        self.upload("wandb", WANDB_MODE="offline", WANDB_SILENT="true")
        runs = dict(map(wandb_run, self.folder.glob("wandb/offline-run-*/*.wandb")))
        self.assertEqual(set(runs), {"base/seed_1", "base/seed_2", "lr=1e-3/seed_1", "lr=1e-3/seed_2"})
        base = runs["base/seed_1"]
        self.assertEqual((base["project"], base["group"], base["exit_code"]), ("tiny", "base", 0))
        self.assertEqual(base["config"]["seed"], 1)
        self.assertEqual(base["config"][LOSSES], "ce, cos")
        self.assertEqual(base["config"]["environment"]["commit"], "0123456789ab")
        curve = "distil/select/m/cross_entropy"
        self.assertEqual(
            base["history"],
            [{"tokens": 500, curve: 2.5}, {"tokens": 900, curve: 2.25}, {"tokens": 1000, FINAL: 0.5}])
        self.assertEqual(runs["lr=1e-3/seed_2"]["exit_code"], 1)


def wandb_records(path):
    """The records of a .wandb file: 7 bytes, then LevelDB's log format."""
    file, at, data = path.read_bytes(), 7, b""
    while at + 7 <= len(file):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK  # Too little for a header: zeros.
        _, length, kind = struct.unpack_from("<IHB", file, at)
        data += file[at + 7:at + 7 + length]
        at += 7 + length
        if kind in (FULL, LAST):
            yield wandb_internal_pb2.Record.FromString(data)
            data = b""


def wandb_run(path):
    """The name of an offline run, and what its file says."""
    run, name = {"history": []}, None
    for record in wandb_records(path):
        if record.HasField("run"):
            name = record.run.display_name
            run["project"], run["group"] = record.run.project, record.run.run_group
            run["config"] = {item.key: json.loads(item.value_json) for item in record.run.config.update}
        if record.HasField("history"):
            items = {"/".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
            run["history"].append({key: value for key, value in items.items() if not key.startswith("_")})
        if record.HasField("exit"):
            run["exit_code"] = record.exit.exit_code
    return name, run


if __name__ == "__main__":
    unittest.main()
