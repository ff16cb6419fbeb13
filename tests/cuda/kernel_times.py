#!/usr/bin/env python3
"""Where a training step spends the GPU's time, by kernel, from Nsight Compute.

    kernel_times.py <bench> <workload>

Profiles SAMPLE kernels from the middle of what bench (tools/bench) measures, in bfloat16, more than a step has, and
prints each kernel's share of their time.
"""

import collections
import csv
import re
import subprocess
import sys
import tempfile

SKIP, SAMPLE = 6000, 1500


def profile(program, workload):
    with tempfile.TemporaryDirectory() as folder:
        text = subprocess.run(
            ["ncu", "--csv", "--target-processes", "all", "--metrics", "gpu__time_duration.sum", "--clock-control", "none",
             "--launch-skip", str(SKIP), "--launch-count", str(SAMPLE), program, f"--workloads={workload}", "--device=cuda",
             "--precision=bfloat16", "--rounds=1", "--steps=30", "--noproducts", f"--output_dir={folder}"],
            check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(text[text.index('"ID"'):].splitlines()))


def main():
    program, workload = sys.argv[1:]
    nanoseconds, launches = collections.Counter(), collections.Counter()
    for row in profile(program, workload):
        unit = {"ns": 1, "us": 1e3, "usecond": 1e3, "nsecond": 1, "ms": 1e6, "msecond": 1e6}[row["Metric Unit"]]
        name = row["Kernel Name"].replace("void ", "").replace("(anonymous namespace)::", "").replace("<unnamed>::", "")
        name = re.sub(r"\(.*", "", name)[:110]
        nanoseconds[name] += float(row["Metric Value"].replace(",", "")) * unit
        launches[name] += 1
    total = sum(nanoseconds.values())
    print(f"{workload}: {sum(launches.values())} kernels, {total / 1e6:.2f} ms")
    for name, time in nanoseconds.most_common(30):
        print(f"{time / total:6.1%} {launches[name]:5d} x {time / launches[name] / 1e3:8.1f} us  {name}")


if __name__ == "__main__":
    main()
