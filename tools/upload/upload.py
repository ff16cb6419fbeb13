#!/usr/bin/env python3
"""Uploads the results of a sweep to Weights & Biases or MLflow: a run for every variant and seed.

  python3 -m venv ~/.venvs/upload && ~/.venvs/upload/bin/pip install -r tools/upload/requirements.txt
  ~/.venvs/upload/bin/python tools/upload/upload.py mlflow runs/quickstart
  ~/.venvs/upload/bin/python tools/upload/upload.py wandb runs/quickstart

A run is named <variant>/seed_<n>, and runs of one variant are one group. It has the settings by which variants differ,
the metrics that were measured while it trained, by the tokens seen, and those of its final evaluations. All numbers are
as in long.tsv. A run that stopped is marked as failed. Where they go is the services' own business: WANDB_MODE=offline
or MLFLOW_TRACKING_URI=... in the environment. The project (of MLflow the experiment) is the sweep's name unless
--project says another.
"""

import argparse
import csv
import dataclasses
import json
import pathlib
import re


@dataclasses.dataclass
class Run:
    variant: str
    seed: int
    settings: dict
    failure: str  # What stopped it; empty: nothing did.
    points: list  # (tokens, name, value), in the order of tokens.

    @property
    def name(self):
        return f"{self.variant}/seed_{self.seed}"


def runs_of(results):
    """The runs of a results.json by (variant, seed), without points."""
    runs = {}
    for i, variant in enumerate(results["variants"]):
        settings = {setting["path"]: setting["values"][i] for setting in results["settings"]}
        failures = dict(failure.split(": ", 1) for failure in variant["failures"])
        for seed in map(int, variant["folders"]):
            name = {"variant": variant["name"], "seed": seed}
            runs[variant["name"], seed] = Run(**name, settings={**name, **settings},
                                              failure=failures.get(f"seed {seed}", ""), points=[])
    return runs


def read_runs(report):
    """The runs of a report folder, and its results.json."""
    results = json.loads((report / "results.json").read_text(encoding="utf-8"))
    runs = runs_of(results)
    with open(report / "long.tsv", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            name = "/".join((row["stage"], row["split"], row["metric"]))
            runs[row["variant"], int(row["seed"])].points.append((int(row["tokens"]), name, float(row["value"])))
    for run in runs.values():
        run.points.sort(key=lambda point: point[0])
    return list(runs.values()), results


def mlflow_name(name):
    """A name as MLflow takes it."""
    return re.sub(r"[^\w./: -]", "_", name)


def upload_to_mlflow(project, runs, results):
    import mlflow

    mlflow.set_experiment(project)
    for run in runs:
        tags = {"sweep": results["name"], "variant": run.variant, "seed": run.seed, "failure": run.failure}
        with mlflow.start_run(run_name=run.name):
            mlflow.set_tags({name: value for name, value in {**results["environment"], **tags}.items() if value != ""})
            mlflow.log_params({mlflow_name(name): str(value)[:6000] for name, value in run.settings.items()})
            for tokens, name, value in run.points:
                mlflow.log_metric(mlflow_name(name), value, step=tokens)
            if run.failure:
                mlflow.end_run("FAILED")


def upload_to_wandb(project, runs, results):
    import wandb

    for run in runs:
        with wandb.init(project=project, group=run.variant, name=run.name, notes=run.failure or None,
                        config={**run.settings, "environment": results["environment"]}) as session:
            session.define_metric("tokens")
            session.define_metric("*", step_metric="tokens")
            for tokens, name, value in run.points:
                session.log({"tokens": tokens, name: value})
            if run.failure:
                session.finish(exit_code=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service", choices=["mlflow", "wandb"])
    parser.add_argument("folder", type=pathlib.Path, help="what a sweep wrote: runs/<sweep>")
    parser.add_argument("--project", help="default: the sweep's name")
    options = parser.parse_args()
    report = options.folder / "report"
    if not (report / "long.tsv").exists():
        parser.error(f"{options.folder}: want the output folder of a sweep that has ended, with report/long.tsv in it")
    runs, results = read_runs(report)
    upload = {"mlflow": upload_to_mlflow, "wandb": upload_to_wandb}[options.service]
    upload(options.project or results["name"], runs, results)
    print(f"{len(runs)} runs uploaded to {options.service}")


if __name__ == "__main__":
    main()
