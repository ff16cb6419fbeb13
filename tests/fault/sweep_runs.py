"""A small sweep that the fault tests disturb: its inputs, its runs, and what its results should be."""

import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import time

# Two training stages, so that one reads what the other wrote, and an evaluation; three students.
EXPERIMENT = """name: "tiny"
experiment {{
  teacher {{ checkpoint: "{root}/teacher" }}
  student {{ architecture {{ layers: 1 token_types: false pooler: false }} init {{ layer_copy {{ mapping {{ top {{}} }} }} }} }}
  stage {{
    name: "distil"
    data {{ masked_lm {{ corpus: "{root}/corpus" length: 24 min_length: 4 distilbert_masking {{}} }} }}
    batch {{ sequences: 8 }}
    budget {{ steps: 40 }}
    checkpoint_steps: 4
    evaluate {{ every_steps: 10 split: "select" sequences: 8 }}
    loss {{ name: "ce" weight: 5 soft_targets {{ temperature: 2 rows: LABELLED }} }}
    loss {{ name: "cos" cosine {{}} }}
    loss {{ name: "mlm" weight: 2 masked_lm {{}} }}
    adamw {{ learning_rate: 1e-3 }}
  }}
  stage {{
    name: "tune"
    data {{ masked_lm {{ corpus: "{root}/corpus" length: 24 min_length: 4 distilbert_masking {{}} }} }}
    batch {{ sequences: 8 }}
    budget {{ steps: 12 }}
    checkpoint_steps: 3
    loss {{ name: "mlm" masked_lm {{}} }}
    adamw {{ learning_rate: 1e-4 }}
  }}
  stage {{ name: "evaluate" evaluation {{ masked_lm {{ sequences: 16 }} }} }}
}}
"""

CORPUS = """file { path: "text.txt" document: LINE }
select_share: 0.1
report_share: 0.1
"""

# What differs between two runs of the same bits: clocks, and the checks of lines with a clock in them.
CLOCKS = re.compile(rb',"tokens_per_second":[^,}]*|,"check":"[^"]*"')
EVENT_CLOCK = re.compile(rb"speed/tokens_per_second\x15.{4}", re.DOTALL)


def event_records(path):
    """The records of a TensorBoard file without their speed and their wall time, which is an event's first field."""
    data = path.read_bytes()
    records = []
    while len(data) >= 12:
        (length,) = struct.unpack("<Q", data[:8])
        event = data[12 : 12 + length]
        records.append(EVENT_CLOCK.sub(b"", event[9:] if event.startswith(b"\x09") else event))
        data = data[16 + length :]
    return records + [data]


def content(path):
    """What a result file says, the same whenever it was computed."""
    if path.name == "metrics.jsonl":
        return CLOCKS.sub(b"", path.read_bytes())
    if path.name == "done.json":  # Holds the hash of metrics.jsonl, and of itself.
        return re.sub(rb'"(metrics\.jsonl|check)": "[^"]*"', b"", path.read_bytes()).rstrip()
    if path.name == "table.tsv":
        rows = [line.split("\t") for line in path.read_text().splitlines()]
        speed = rows[0].index("training_seconds.mean")
        return repr([row[:speed] + row[speed + 1 :] for row in rows]).encode()
    return path.read_bytes()


class SweepRuns:
    """The sweep in a folder of its own, run any number of times with outputs side by side."""

    def __init__(self, sweep, make_tiny_teacher, root):
        self.sweep = os.path.abspath(sweep)
        self.root = pathlib.Path(root)
        subprocess.run([make_tiny_teacher, str(self.root / "teacher")], check=True)
        (self.root / "corpus").mkdir()
        (self.root / "corpus" / "corpus.textproto").write_text(CORPUS)
        draw = random.Random(1)
        letters = "aaaabbbccdeefghiijklmnooprstuvw"
        lines = (" ".join("".join(draw.choice(letters) for _ in range(3)) for _ in range(8)) for _ in range(400))
        (self.root / "corpus" / "text.txt").write_text("".join(line + "\n" for line in lines))
        self.experiment = self.root / "base.textproto"
        self.experiment.write_text(EXPERIMENT.format(root=self.root))
        self.failures = []

    def command(self, name, *arguments, store=None):
        folder = self.root / name
        flags = [f"--output_dir={folder}/out", f"--store={store or folder / 'store'}", "--threads=1"]
        return [self.sweep, str(self.experiment), *flags, *arguments]

    def run(self, name, *arguments, store=None, before=(), **options):
        """Runs the sweep to its end; `before` are words in front of the command, such as strace's."""
        return subprocess.run(
            [*before, *self.command(name, *arguments, store=store)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)

    def start(self, name, *arguments, store=None, before=(), **options):
        return subprocess.Popen(
            [*before, *self.command(name, *arguments, store=store)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)

    def kill_after(self, name, seconds):
        """Starts the sweep and kills it; whether it was still running."""
        process = self.start(name)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode == -signal.SIGKILL

    def remove(self, name):
        shutil.rmtree(self.root / name, ignore_errors=True)

    def store(self, name):
        return self.root / name / "store"

    def results(self, name, store=None):
        """Every file that a store and a report hold, with the hash of what it says."""
        store = store or self.store(name)
        found = {}
        for path in sorted(p for p in store.rglob("*") if p.is_file()):
            place = path.relative_to(store)
            if path.name.startswith("events.out"):
                place = place.with_name("events")
                found.setdefault(place, hashlib.sha256())
                for record in event_records(path):
                    if b"brain.Event" not in record:  # The first one of each file.
                        found[place].update(record)
            elif path.name != "speeds_cpu.json":
                found[place] = hashlib.sha256(content(path))
        for file in ("table.tsv", "per_example.tsv"):
            path = self.root / name / "out" / "report" / file
            found[pathlib.Path("report") / file] = hashlib.sha256(content(path) if path.exists() else b"")
        return {str(place): digest.hexdigest() for place, digest in found.items()}

    def fail(self, case, what, output=""):
        self.failures.append(case)
        print(f"FAILED: {case}: {what}")
        if output:
            print("--- output:\n" + "\n".join(output.splitlines()[-20:]), flush=True)

    def expect_whole(self, case, name, run, store=None, but=()):
        """The run ended well, and its store and report are those of the undisturbed run, but for some files."""
        if run.returncode != 0:
            self.fail(case, f"want exit code 0, got {run.returncode}", run.stdout)
            return
        found = self.results(name, store)
        different = sorted(p for p in found.keys() | self.whole.keys() if found.get(p) != self.whole.get(p) and p not in but)
        if different:
            self.fail(case, "other results than in one go: " + ", ".join(different), run.stdout)

    def run_whole(self):
        """The undisturbed run, which all others are compared with; returns its seconds."""
        begin = time.monotonic()
        run = self.run("whole")
        if run.returncode != 0:
            raise SystemExit(run.stdout)
        self.whole = self.results("whole")
        return time.monotonic() - begin
