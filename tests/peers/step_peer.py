#!/usr/bin/env python3
"""Tokens per second of training: retort's bench and PyTorch with Hugging Face's models, in turns, in one table.

    step_peer.py --bench bazel-bin/tools/bench/bench [--workloads small,base] [--precision float32,bfloat16]
        [--contestants retort,eager,compile,strongest] [--preload /usr/lib/x86_64-linux-gnu/libtcmalloc.so.4]
        [--device cpu] [--rounds 3] [--steps 2] [--threads 2] [--output peers.tsv]

Workloads are those of `bench --list` that train, with the shapes that the program itself tells; torch_training.py says
what each contestant does. Every measurement is a process of its own, and in each round all contestants have their turn.
--preload is a library for Python's processes alone, such as tcmalloc: without it PyTorch's allocations cost up to 1.7
times the time on a CPU. Of a cohort, retort trains the students together and Python one by one. Printed, and written to
--output, are median, least and greatest tokens per second (of real positions), the ratio of the medians to eager, and
the most memory; of retort also the share of what the step's matrix products reach alone.

Wants torch and transformers (2.11.0 and 5.23 were used).
"""

import argparse
import csv
import datetime
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

COLUMNS = ["workload", "precision", "device", "contestant", "tokens_per_second.median", "tokens_per_second.least",
           "tokens_per_second.greatest", "ratio_to_eager", "memory_bytes", "share", "skipped"]


class Skipped(Exception):
    """A contestant that has no number, and why."""


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines() or ["no message"]
        raise Skipped(f"exit code {result.returncode}: {lines[-1]}")
    return result.stdout


def read_table(path):
    """The conditions and the rows of bench.tsv."""
    lines = pathlib.Path(path).read_text().splitlines()
    return [line for line in lines if line.startswith("#")], list(
        csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE))


class Contest:
    def __init__(self, arguments):
        self.arguments = arguments
        self.shapes = {shape["name"]: shape for shape in json.loads(run([arguments.bench, "--shapes"]))}
        self.conditions = []

    def measure(self, contestant, workload, precision):
        """tokens_per_second, memory_bytes, and of retort a share."""
        return self.retort(workload, precision) if contestant == "retort" else self.torch(contestant, workload, precision)

    def retort(self, workload, precision):
        flags = self.arguments
        with tempfile.TemporaryDirectory() as folder:
            run([flags.bench, f"--workloads={workload}", f"--precision={precision}", f"--device={flags.device}",
                 "--rounds=1", f"--steps={flags.steps}", f"--threads={flags.threads}", f"--output_dir={folder}"])
            self.conditions, rows = read_table(f"{folder}/bench.tsv")
        if rows[0]["skipped"]:
            raise Skipped(rows[0]["skipped"])
        return {"tokens_per_second": float(rows[0]["tokens_per_second.median"]),
                "memory_bytes": float(rows[0]["memory_bytes.median"]), "share": float(rows[0]["share.median"])}

    def torch(self, contestant, workload, precision):
        flags = self.arguments
        environment = dict(os.environ)
        if flags.preload:
            environment["LD_PRELOAD"] = flags.preload
        program = pathlib.Path(__file__).with_name("torch_training.py")
        text = run([sys.executable, program, contestant, precision, flags.device, str(flags.steps), str(flags.threads)],
                   input=json.dumps(self.shapes[workload]), env=environment)
        return json.loads(text.splitlines()[-1])


def versions():
    """Of what Python's contestants are made of."""
    return run([sys.executable, "-c", "import torch, transformers; print('torch', torch.__version__ + ', transformers', "
                "transformers.__version__)"]).strip()


def measure_all(contest, workload, precision):
    """By contestant: its measurements, and why there are none."""
    names = contest.arguments.contestants
    measured, skipped = {name: [] for name in names}, dict.fromkeys(names, "")
    for _ in range(contest.arguments.rounds):
        for name in names:
            if skipped[name]:
                continue
            try:
                measured[name].append(contest.measure(name, workload, precision))
            except Skipped as reason:
                measured[name], skipped[name] = [], str(reason)
    return measured, skipped


def table_rows(workload, precision, device, measured, skipped):
    """Lists of the fields of COLUMNS."""
    speeds = {name: [one["tokens_per_second"] for one in all_of_it] for name, all_of_it in measured.items()}
    eager = statistics.median(speeds["eager"]) if speeds.get("eager") else None
    rows = []
    for name, all_of_it in measured.items():
        row = [workload, precision, device, name]
        if all_of_it:
            median = statistics.median(speeds[name])
            share = [one["share"] for one in all_of_it if "share" in one]
            row += [median, min(speeds[name]), max(speeds[name]), median / eager if eager else "",
                    max(one["memory_bytes"] for one in all_of_it), statistics.median(share) if share else "", ""]
        else:
            row += [""] * 6 + [skipped[name]]
        rows.append(row)
    return rows


def describe(row):
    """A row for readers."""
    workload, precision, _, name, median, least, greatest, ratio, memory, share, skipped = row
    begin = f"{workload:14} {precision:8} {name:9}"
    if skipped:
        return f"{begin} {skipped}"
    text = f"{begin} {median:9.0f} tokens/s ({least:.0f} to {greatest:.0f})"
    if ratio != "":
        text += f", {ratio:.2f} x eager"
    text += f", {memory / 1e9:.2f} GB"
    return text if share == "" else f"{text}, {share:.0%} of the products alone"


def write_table(path, arguments, conditions, rows):
    head = [f"# date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M UTC}", f"# command: {shlex.join(sys.argv)}",
            f"# peers: {versions()}, preloaded: {arguments.preload or 'nothing'}"]
    head += [line for line in conditions if not line.startswith(("# retort bench", "# date:", "# command:"))]
    with open(path, "w", newline="") as file:
        file.write("\n".join(head) + "\n")
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar="\\")
        writer.writerow(COLUMNS)
        writer.writerows([str(field).replace("\t", " ") for field in row] for row in rows)


def parse_arguments():
    def names(text):
        return text.split(",")

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", metavar="PROGRAM", required=True, help="retort's bench")
    parser.add_argument("--workloads", type=names, default=["small", "base"])
    parser.add_argument("--precision", type=names, default=["float32", "bfloat16"])
    parser.add_argument("--contestants", type=names, default=["retort", "eager", "compile", "strongest"])
    parser.add_argument("--preload", metavar="LIBRARY", default="", help="for Python's processes: LD_PRELOAD")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0, help="0: each one's own choice")
    parser.add_argument("--output", metavar="FILE", default="", help="a TSV file")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.preload and not os.path.exists(arguments.preload):
        sys.exit(f"--preload: {arguments.preload}: no such file; say none, or another, as of Debian's libtcmalloc-minimal4")
    contest = Contest(arguments)
    unknown = [name for name in arguments.workloads if name not in contest.shapes]
    if unknown:
        sys.exit(f"--workloads: want some of {', '.join(contest.shapes)}, got {', '.join(unknown)}")
    rows = []
    for workload in arguments.workloads:
        for precision in arguments.precision:
            new = table_rows(workload, precision, arguments.device, *measure_all(contest, workload, precision))
            print("\n".join(describe(row) for row in new), flush=True)
            rows += new
    if arguments.output:
        write_table(arguments.output, arguments, contest.conditions, rows)


if __name__ == "__main__":
    main()
