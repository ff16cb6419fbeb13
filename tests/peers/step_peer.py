#!/usr/bin/env python3
"""Tokens per second of DistilBERT's triple loss: Hugging Face transformers with PyTorch, and retort in turns with it.

    step_peer.py [--steps 3] [--rounds 1] [--compile] [--against bazel-bin/tests/benchmark/step_benchmark] [case ...]

Cases are small_float32, small_bfloat16, base_float32, base_bfloat16, and on a GPU base_bfloat16_cuda_32 and _256
(sequences, in place of 8), as in `bazel run //tests/benchmark:step_benchmark`: random weights, random ids, full
sequences, one position of seven labelled, soft targets at temperature 2 and cosine over all positions, masked LM over
labelled ones, dropout 0.1, AdamW (fused on a GPU), clipping at 5. bfloat16 is torch.autocast with float32 weights. A
measurement is the median of the steps after those that warm up; printed are median, least and greatest of the rounds,
and the ratio of the medians to eager PyTorch. With --against, retort's program takes its turn in each round. On a GPU
the share of the peak of bfloat16 products is printed, too: products of 8192 x 8192 x 8192, measured after the rounds,
and what the matrix products of a step must do.

Wants torch and transformers (2.11.0 and 4.57.1 were used).
"""

import argparse
import json
import statistics
import subprocess
import time

import torch
import transformers

SHAPES = {
    "small": dict(hidden=256, heads=4, teacher=6, student=3, vocabulary=8192, sequences=32, positions=128),
    "base": dict(hidden=768, heads=12, teacher=12, student=6, vocabulary=30522, sequences=8, positions=128),
}


WARM_UP = {"cpu": 1, "cuda": 5}


def parse(case):
    """The shape, precision and device that a case names."""
    name, precision, *gpu = case.split("_")
    shape = dict(SHAPES[name])
    if not gpu:
        return shape, precision, "cpu"
    shape["sequences"] = int(gpu[1])
    return shape, precision, gpu[0]


def model(shape, layers):
    return transformers.BertForMaskedLM(
        transformers.BertConfig(
            vocab_size=shape["vocabulary"], hidden_size=shape["hidden"], num_hidden_layers=layers,
            num_attention_heads=shape["heads"], intermediate_size=4 * shape["hidden"]))


def triple_loss(student, teacher, labels):
    s, t = student.logits.flatten(0, 1), teacher.logits.flatten(0, 1)
    functional = torch.nn.functional
    soft = functional.kl_div(functional.log_softmax(s / 2, -1), functional.softmax(t / 2, -1), reduction="batchmean") * 4
    hard = functional.cross_entropy(s, labels.flatten(), ignore_index=-100)
    hidden_s, hidden_t = student.hidden_states[-1].flatten(0, 1), teacher.hidden_states[-1].flatten(0, 1)
    cosine = functional.cosine_embedding_loss(hidden_s, hidden_t, hidden_s.new_ones(len(hidden_s)))
    return 5 * soft + 2 * hard + cosine


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def measure_torch(case, steps, compiled):
    shape, precision, device = parse(case)
    torch.manual_seed(1)
    teacher, student = model(shape, shape["teacher"]).eval().to(device), model(shape, shape["student"]).train().to(device)
    optimizer = torch.optim.AdamW(student.parameters(), lr=1e-4, weight_decay=0, fused=device == "cuda")
    run_teacher, run_student = (torch.compile(teacher), torch.compile(student)) if compiled else (teacher, student)
    loss_of = torch.compile(triple_loss) if compiled and device == "cuda" else triple_loss
    seconds = []
    for _ in range(steps + WARM_UP[device]):
        ids = torch.randint(shape["vocabulary"], (shape["sequences"], shape["positions"]))
        labels = torch.where(torch.arange(shape["positions"]) % 7 == 3, ids, -100)
        start = time.perf_counter()
        ids, labels = ids.to(device), labels.to(device)
        with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
            with torch.no_grad():
                taught = run_teacher(ids, output_hidden_states=True)
            loss = loss_of(run_student(ids, output_hidden_states=True), taught, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 5)
        optimizer.step()
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return shape["sequences"] * shape["positions"] / statistics.median(seconds[WARM_UP[device]:])


def flops_per_token(shape):
    """Of the matrix products of a step: the teacher forward once, the student's forward three times (forward, and
    backward by inputs and by weights)."""
    hidden, vocabulary = shape["hidden"], shape["vocabulary"]
    layer = 24 * hidden**2 + 4 * shape["positions"] * hidden
    head = 2 * hidden**2 + 2 * hidden * vocabulary
    return shape["teacher"] * layer + head + 3 * (shape["student"] * layer + head)


def peak_flops():
    """Median of FLOP/s of bfloat16 products of 8192 x 8192 x 8192 on the GPU."""
    size, values = 8192, []
    a, b = (torch.randn(size, size, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    for _ in range(30):
        torch.cuda.synchronize()
        start = time.perf_counter()
        a @ b
        torch.cuda.synchronize()
        values.append(2 * size**3 / (time.perf_counter() - start))
    return statistics.median(values[10:])


def measure_retort(binary, case):
    text = subprocess.check_output([binary, f"--benchmark_filter=/{case}/", "--benchmark_format=json"], stderr=subprocess.DEVNULL)
    return json.loads(text)["benchmarks"][0]["tokens/s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compile", action="store_true", help="measure with torch.compile of both models, too")
    parser.add_argument("--against", metavar="PROGRAM", help="retort's step_benchmark")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("cases", nargs="*", default=["small_float32", "small_bfloat16", "base_float32", "base_bfloat16"])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    contestants = {}
    if arguments.against:
        contestants["retort"] = lambda case: measure_retort(arguments.against, case)
    contestants["eager"] = lambda case: measure_torch(case, arguments.steps, False)
    if arguments.compile:
        contestants["compile"] = lambda case: measure_torch(case, arguments.steps, True)
    for case in arguments.cases:
        speeds = {name: [] for name in contestants}
        for _ in range(arguments.rounds):
            for name, contestant in contestants.items():
                speeds[name].append(contestant(case))
        eager = statistics.median(speeds["eager"])
        shape, _, device = parse(case)
        peak = peak_flops() if device == "cuda" else None
        for name, values in speeds.items():
            median = statistics.median(values)
            share = f", {median * flops_per_token(shape) / peak:.1%} of {peak / 1e12:.0f} TFLOP/s" if peak else ""
            print(f"{case:15} {name:8} {median:8.0f} tokens/s ({min(values):.0f} to {max(values):.0f}), {median / eager:.2f} x eager{share}", flush=True)


if __name__ == "__main__":
    main()
