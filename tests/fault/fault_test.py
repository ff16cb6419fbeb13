#!/usr/bin/env python3
"""Kills, stops, full disks, damage and second processes: the same command always ends with the results of an
undisturbed run.

  fault_test.py <sweep> <make_tiny_teacher> [--full] [--seed=N]

The short form takes a few minutes; --full about an hour. README.md says what is done and what came of it.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import damage
import sweep_runs

# What changes files, opens them, or waits for others.
SYSTEM_CALLS = ("openat", "write", "rename", "fsync", "mkdir", "unlink", "link", "ftruncate", "newfstatat", "close", "read")


def litter(store):
    """What interrupted runs leave: temporary files, checkpoints, leases."""
    left = [p for pattern in ("*.tmp-*", "checkpoint", "lease") for p in store.rglob(pattern)]
    return [str(path.relative_to(store)) for path in left]


class Campaign:
    def __init__(self, runs, seed):
        self.runs = runs
        self.draw = random.Random(seed)
        self.counts = {}

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    def goes_on(self, case, name, but=()):
        """Without disturbance, the same command ends with the whole results and leaves no litter."""
        run = self.runs.run(name)
        self.runs.expect_whole(case, name, run, but=but)
        left = litter(self.runs.store(name))
        if left:
            self.runs.fail(case, "left " + ", ".join(left), run.stdout)

    def kills_at_times(self, wanted, seconds):
        kills = 0
        while kills < wanted:
            self.runs.remove("killed")
            several = sum(self.runs.kill_after("killed", self.draw.uniform(0, 1.2 * seconds)) for _ in range(4))
            self.goes_on(f"{several} kills at times", "killed")
            kills += several
        self.count("kills at random times", kills)

    def kills_at_system_calls(self, wanted):
        """strace kills the process as it enters a system call, the Nth of its kind in one of its threads."""
        kills = 0
        while kills < wanted:
            self.runs.remove("traced")
            several = 0
            for _ in range(3):
                call = self.draw.choice(SYSTEM_CALLS)
                nth = int(10 ** self.draw.uniform(0, 3))
                strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={nth}"]
                run = self.runs.run("traced", before=strace)
                several += run.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
            self.goes_on(f"{several} kills at system calls, last {call} {nth}", "traced")
            kills += several
        self.count("kills at random system calls", kills)

    def full_disks(self, rounds):
        """A call that needs room fails from the Nth on: the error names a path, and with room again the same command
        goes on."""
        for _ in range(rounds):
            self.runs.remove("full")
            call, error = self.draw.choice((
                ("write", "ENOSPC"), ("pwrite64", "ENOSPC"), ("pwrite64", "EDQUOT"), ("pwrite64", "EIO"), ("fsync", "EIO"), ("mkdir", "ENOSPC"), ("rename", "ENOSPC"),
                ("ftruncate", "ENOSPC")))
            nth = int(10 ** self.draw.uniform(0.5, 2))
            strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={nth}+"]
            # Where every write fails, so does that of the error.
            self.disk_case(f"{call} {nth} fails with {error}", self.runs.run("full", before=strace), can_speak=call != "write")
        for kib in (1, 4, 8, 16, 64):
            self.runs.remove("full")
            limited = ["bash", "-c", f'ulimit -S -f {kib}; exec "$@"', "limited"]
            self.disk_case(f"files up to {kib} KiB", self.runs.run("full", before=limited))

    def disk_case(self, case, run, can_speak=True):
        self.count("full disks and failing writes")
        if run.returncode not in (0, 1):
            self.runs.fail(case, f"want exit code 0 or 1, got {run.returncode}", run.stdout)
        if can_speak and run.returncode == 1 and str(self.runs.root / "full") not in run.stdout:
            self.runs.fail(case, "the error names no path", run.stdout)
        self.goes_on(case + ", then room", "full")

    def full_file_systems(self):
        """Small file systems of memory, full by bytes or by files, that grow afterwards. Needs the right to mount."""
        folder, kept = self.runs.root / "full", self.runs.root / "kept"
        # Neither without the right to mount, nor where a chroot's root is no mount point.
        folder.mkdir(exist_ok=True)
        probe = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", folder], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        if probe.returncode != 0:
            print("SKIPPED: full file systems: this machine lets the test mount none: " + probe.stdout.strip())
            return
        for limit in ("size=16k", "size=64k", "size=128k", "nr_inodes=8", "nr_inodes=20", "nr_inodes=40"):
            self.runs.remove("full")
            self.runs.remove("kept")
            folder.mkdir()
            script = f"""mount -t tmpfs -o {limit} none "{folder}" || exit
                "$@"; code=$?
                mount -o remount,size=1g,nr_inodes=100k "{folder}" && "$@" > /dev/null 2>&1; cp -r "{folder}" "{kept}"; exit $code"""
            run = self.runs.run("full", before=["unshare", "--mount", "bash", "-c", script, "mounted"])
            self.count("full file systems")
            case = f"file system with {limit}"
            if run.returncode != 1 or str(folder) not in run.stdout:
                self.runs.fail(case, f"want exit code 1 and a path, got {run.returncode}", run.stdout)
            self.runs.expect_whole(case + ", then room", "kept", subprocess.CompletedProcess([], 0, run.stdout))

    def signals(self, delays):
        """Stopped wherever it is: within a second, with a word, exit code 130, and with what it has."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for delay in delays:
                case = f"{number.name} after {delay} s"
                self.runs.remove("stopped")
                process = self.runs.start("stopped", "--set=stage.distil.budget.steps=100000")
                time.sleep(delay)
                begin = time.monotonic()
                process.send_signal(number)
                output, _ = process.communicate()
                took = time.monotonic() - begin
                self.count("signals")
                # A process that is still being loaded has no handler; nothing is lost then.
                if process.returncode == -number and not output and not self.runs.store("stopped").exists():
                    continue
                if process.returncode != 130 or "stopping; again to quit at once" not in output:
                    self.runs.fail(case, f"want exit code 130 and a word, got {process.returncode}", output)
                if took > 1.5:
                    self.runs.fail(case, f"took {took:.1f} s", output)

    def closed_streams(self):
        for streams in (">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-", "> /dev/full", "2> /dev/full"):
            self.runs.remove("closed")
            run = self.runs.run("closed", before=["bash", "-c", f'"$@" {streams}', "closed"])
            self.count("closed or full streams")
            self.runs.expect_whole(f"streams {streams}", "closed", run)
        self.runs.remove("closed")
        run = self.runs.run("closed", before=["bash", "-c", 'set -o pipefail; "$@" | head -1', "closed"])
        self.count("closed or full streams")
        self.runs.expect_whole("a reader that is gone", "closed", run)

    def damage_everything(self, share):
        """Each kind of stored file, damaged in each way, in a finished store and in an interrupted one."""
        self.damage_store("whole", share)
        while not any(self.runs.store("cut").rglob("checkpoint/*")):
            self.runs.remove("cut")
            self.runs.kill_after("cut", self.draw.uniform(0.3, 1.5))
        self.damage_store("cut", share)

    def damage_store(self, source, share):
        store = self.runs.store("damaged")
        for kind in damage.kinds(self.runs.store(source)):
            for way in damage.WAYS:
                if self.draw.random() > share:
                    continue
                self.runs.remove("damaged")
                shutil.copytree(self.runs.root / source, self.runs.root / "damaged", symlinks=True)
                path = self.draw.choice(damage.files_of(store, kind))
                finished = any((path.parent / name).exists() for name in ("done.json", "scores.json"))
                if not damage.apply(way, path, self.draw):
                    continue
                self.count("damaged files")
                # What is written for people and for TensorBoard is not read again, and of a finished result not
                # written.
                written_once = finished and re.search("/(stage|events)[.]", kind)
                place = str(path.relative_to(store))
                but = {place, re.sub("events.*", "events", place)} if written_once else ()
                self.goes_on(f"{kind} of {source}: {way}", "damaged", but)

    def several_processes(self, rounds, seconds):
        """Processes with one store divide the work; of those that are killed, the others take over."""
        for number in range(rounds):
            processes = self.start_together()
            killed = number % 3
            for process in processes[:killed]:
                time.sleep(self.draw.uniform(0, seconds))
                if process.poll() is None:
                    process.kill()
                    self.count("kills beside other processes")
            self.others_finish(processes, killed, f"{killed} killed")

    def killed_while_removing(self, calls):
        """Of three processes with one store, the first is killed as it removes its Nth file: what is done may then
        still have its checkpoint and its lease, which the others remove."""
        for nth in calls:
            removals = "unlink,unlinkat,rmdir"
            strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={removals}", "-e", f"inject={removals}:signal=KILL:when={nth}"]
            processes = self.start_together(before=strace)
            self.others_finish(processes, 1, f"1 killed at removal {nth}")
            self.count("kills while removing, beside other processes", processes[0].returncode != 0)

    def start_together(self, before=()):
        """Three processes with one store; `before` are words in front of the first one's command."""
        for name in ("shared", "shared1", "shared2", "shared3"):
            self.runs.remove(name)
        store = self.runs.store("shared")
        return [self.runs.start(f"shared{i}", store=store, before=before if i == 1 else ()) for i in (1, 2, 3)]

    def others_finish(self, processes, killed, case):
        """Those after the first `killed` ones end with the whole results, and nothing is left in the store."""
        store = self.runs.store("shared")
        outputs = [process.communicate()[0] for process in processes]
        self.count("stores of several processes")
        for i, process in list(enumerate(processes, 1))[killed:]:
            run = subprocess.CompletedProcess([], process.returncode, outputs[i - 1])
            self.runs.expect_whole(f"process {i} of 3, {case}", f"shared{i}", run, store)
        if litter(store):
            self.runs.fail(f"three processes, {case}", "left " + ", ".join(litter(store)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sweep")
    parser.add_argument("make_tiny_teacher")
    parser.add_argument("--full", action="store_true", help="about an hour")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    if not shutil.which("strace"):
        raise SystemExit("want strace: tools/build/install_packages build")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as root:
        runs = sweep_runs.SweepRuns(options.sweep, options.make_tiny_teacher, root)
        seconds = runs.run_whole()
        campaign = Campaign(runs, options.seed)
        full = options.full
        for part in (
            lambda: campaign.kills_at_times(160 if full else 24, seconds),
            lambda: campaign.kills_at_system_calls(120 if full else 12),
            lambda: campaign.full_disks(60 if full else 6),
            campaign.full_file_systems,
            lambda: campaign.signals([i * seconds / 16 for i in range(1, 17)] if full else [0.05, 0.2, 0.5, 0.9]),
            campaign.closed_streams,
            lambda: campaign.damage_everything(1 if full else 0.15),
            lambda: campaign.several_processes(15 if full else 3, seconds),
            lambda: campaign.killed_while_removing(range(1, 40) if full else range(4, 9)),
        ):
            part()
        for what, number in campaign.counts.items():
            print(f"{number:5} {what}")
        print(f"{len(runs.failures)} failures")
    sys.exit(bool(runs.failures))


if __name__ == "__main__":
    main()
