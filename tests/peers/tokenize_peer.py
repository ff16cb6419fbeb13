#!/usr/bin/env python3
"""MB of text per second: Hugging Face's tokenizers library and retort in turns, on the same text, with the same ids.

    bazel build //tools/encode_lines
    tokenize_peer.py [--threads 1 2] [--rounds 3] [--megabytes 20] [--tokenizers uncased gpt2 ...] [text[.xz] ...]

Texts default to the novels and Wikipedia's paragraphs in data/corpora. The library encodes all lines by encode_batch_fast (no offsets; without its word cache's
warm-up counted, as retort's) on RAYON_NUM_THREADS threads, retort by the same number of threads. Printed are the median of the rounds, the best of each
round counting, and the ratio of the medians, by the clock and by CPU time (which other work on the machine disturbs less); a difference between the ids ends
the program.

Wants tokenizers and xxhash (0.23.2 was used).
"""

import argparse
import json
import lzma
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import library_tokenizers
import xxhash

PASSES = 3  # Of either side, in one process: the best one counts.
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "bazel-bin/tools/encode_lines/encode_lines"
DEFAULT_TEXTS = ["data/corpora/novels/novels_1890_1927.txt.xz", "data/corpora/wiki/wiki_qed_paragraphs.txt.xz"]


def lines_of(path, most):
    data = pathlib.Path(path).read_bytes()
    text = (lzma.decompress(data) if str(path).endswith(".xz") else data)[:most].decode("utf-8", "ignore")
    return text.split("\n")


def measure_library(name, lines):
    """In a process of its own, since the number of threads is fixed at the first use."""
    tokenizer = library_tokenizers.make(name)
    megabytes = sum(len(line.encode()) for line in lines) / 1e6
    best = best_of_cpu = 0
    for _ in range(PASSES):
        start, cpu_start = time.perf_counter(), time.process_time()
        encodings = tokenizer.encode_batch_fast(lines, add_special_tokens=False)
        best = max(best, megabytes / (time.perf_counter() - start))
        best_of_cpu = max(best_of_cpu, megabytes / (time.process_time() - cpu_start))
    digest, count = xxhash.xxh3_64(), 0
    for encoding in encodings:
        digest.update(struct.pack("<%di" % len(encoding.ids), *encoding.ids))
        count += len(encoding.ids)
    return best, best_of_cpu, count, digest.hexdigest()


def library(name, text_file, threads):
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true"}
    result = subprocess.run(
        [sys.executable, __file__, "--library", name, text_file], env=environment, check=True, capture_output=True)
    return json.loads(result.stdout)


def retort(program, name, text_file, threads, folder):
    source = library_tokenizers.VOCABULARIES / library_tokenizers.FILES[name]
    path = source
    if source.suffix == ".txt":
        path = folder / name / "vocab.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source.read_bytes())
        (path.parent / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": name == "uncased"}))
    with open(text_file) as texts:
        result = subprocess.run(
            [program, "--tokenizer=%s" % path, "--time", "--threads=%d" % threads, "--rounds=%d" % PASSES],
            stdin=texts, check=True, capture_output=True)
    speed, _, cpu_speed, _, count, _, digest = result.stdout.decode().split()
    return float(speed), float(cpu_speed), int(count), digest


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("texts", nargs="*", default=[str(ROOT / text) for text in DEFAULT_TEXTS])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--tokenizers", nargs="+", default=["uncased", "multilingual", "gpt2", "roberta"])
    parser.add_argument("--library", help=argparse.SUPPRESS)
    parser.add_argument("--program", default=PROGRAM, help="retort's encode_lines")
    arguments = parser.parse_args()
    if arguments.library:
        lines = [json.loads(line) for line in open(arguments.texts[0])]
        print(json.dumps(measure_library(arguments.library, lines)))
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for text in arguments.texts:
            text_file = str(folder / "texts.jsonl")
            with open(text_file, "w") as out:
                out.writelines(json.dumps(line) + "\n" for line in lines_of(text, arguments.megabytes * 1_000_000))
            for name in arguments.tokenizers:
                for threads in arguments.threads:
                    theirs, ours = [], []
                    for _ in range(arguments.rounds):
                        *their_speeds, their_count, their_digest = library(name, text_file, threads)
                        *our_speeds, our_count, our_digest = retort(
                            arguments.program, name, text_file, threads, folder)
                        theirs.append(their_speeds)
                        ours.append(our_speeds)
                        if (their_count, their_digest) != (our_count, our_digest):
                            sys.exit("%s, %s: the ids differ" % (text, name))
                    print("%s, %s, %d thread(s):" % (pathlib.Path(text).name, name, threads))
                    for kind, unit in enumerate(("MB/s", "MB per second of CPU time")):
                        sides = [[speeds[kind] for speeds in side] for side in (theirs, ours)]
                        a, b = (
                            "%.1f (%.1f to %.1f)" % (statistics.median(speeds), min(speeds), max(speeds)) for speeds in sides)
                        ratio = statistics.median(sides[1]) / statistics.median(sides[0])
                        print("    library %s, retort %s %s, ratio %.1f" % (a, b, unit, ratio), flush=True)


if __name__ == "__main__":
    main()
