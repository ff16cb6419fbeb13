#!/usr/bin/env python3
r"""Fine-tunes a checkpoint on a table of labelled sentences with transformers and PyTorch alone, by retort's recipe.

    TCMALLOC_RELEASE_RATE=0 LD_PRELOAD=libtcmalloc_minimal.so.4 tests/peers/task_peer.py --model data/teachers/mini \
        --train data/tasks/rt_polarity/train.tsv.xz --dev data/tasks/rt_polarity/dev.tsv.xz

rt_polarity.textproto beside this file is the same for retort. The recipe: the family's own head for classes, from
random weights; dropout as in config.json; batches without regard to length, padded to their longest sentence, the
last one of an epoch left out where it is short, a new order in each epoch; AdamW without decay; a rate that warms
up linearly and falls linearly to 0, in the step t of T by the factor of framework/train/student/schedule.h; the
gradient's norm clipped; float32. The weights after the last step count.

Prints accuracy on the dev file, real (not padded) tokens per second of training and the median of a step's time for
each seed, and mean and standard error over seeds. Tokenizing and evaluation are not in the times.

Memory: glibc's malloc gives the large tensors of a step back to the system and faults their pages in again in the
next. retort keeps them (framework/base/memory.h); so that PyTorch does, too, preload tcmalloc, which is in Debian's
libtcmalloc-minimal4, as above. Whether it is loaded is looked up in /proc/self/maps and printed.

Wants torch and transformers: those of tests/interop/requirements.txt (2.11.0 and 5.23.0), which
tests/interop/run.sh installs.
"""

import argparse
import lzma
import math
import pathlib
import statistics
import time

import torch
import transformers


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder of a model of transformers")
    parser.add_argument("--train", required=True, help=".tsv or .tsv.xz with the columns sentence and label")
    parser.add_argument("--dev", required=True, help="likewise")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=5e-5)
    parser.add_argument("--warmup", type=float, default=0.1, help="share of the steps")
    parser.add_argument("--length", type=int, default=64, help="positions of the longest sequence")
    parser.add_argument("--weight_decay", type=float, default=0)
    parser.add_argument("--clip", type=float, default=1.0, help="largest norm of a gradient")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--most_steps", type=int, help="ends each seed early, for a try")
    return parser.parse_args()


def has_tcmalloc():
    return "tcmalloc" in pathlib.Path("/proc/self/maps").read_text()


def read_table(path):
    """Sentences and the names of their labels. Nothing is quoted."""
    opened = lzma.open if path.endswith(".xz") else open
    with opened(path, "rt", encoding="utf-8", newline="\n") as file:
        heading, *rows = [line.rstrip("\r\n").split("\t") for line in file]
    text, label = heading.index("sentence"), heading.index("label")
    return [row[text] for row in rows], [row[label] for row in rows]


def classes_of(labels):
    """In the order of their numbers if all are numbers, else of their names: retort's order."""
    names = set(labels)
    return sorted(names, key=int) if all(name.lstrip("+-").isdigit() for name in names) else sorted(names)


def rate_factor(step, steps, share):
    warmup = math.floor(share * steps)
    return (step + 1) / warmup if step < warmup else 1 - (step - warmup) / (steps - warmup)


class Examples:
    """Sentences as ids, with numbers of their labels, as batches."""

    def __init__(self, path, tokenizer, classes, length):
        texts, labels = read_table(path)
        self.tokenizer = tokenizer
        self.ids = tokenizer(texts, truncation=True, max_length=length)["input_ids"]
        self.labels = torch.tensor([classes.index(label) for label in labels])

    def batch(self, places):
        inputs = self.tokenizer.pad({"input_ids": [self.ids[place] for place in places]}, return_tensors="pt")
        return inputs, self.labels[places]


def train(model, examples, seed, arguments):
    """Trains the model; the number of real tokens and the seconds of each step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate, betas=(0.9, 0.999), eps=1e-8,
                                  weight_decay=arguments.weight_decay)
    per_epoch = len(examples.ids) // arguments.batch
    steps = arguments.epochs * per_epoch
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_factor(step, steps, arguments.warmup))
    order_source = torch.Generator().manual_seed(seed)
    tokens, seconds = 0, []
    for step in range(min(steps, arguments.most_steps or steps)):
        if step % per_epoch == 0:
            order = torch.randperm(len(examples.ids), generator=order_source).tolist()
        start = time.perf_counter()
        first = step % per_epoch * arguments.batch
        inputs, labels = examples.batch(order[first : first + arguments.batch])
        loss = model(**inputs, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), arguments.clip)
        optimizer.step()
        schedule.step()
        seconds.append(time.perf_counter() - start)
        tokens += int(inputs["attention_mask"].sum())
    return tokens, seconds


@torch.no_grad()
def accuracy(model, examples, batch):
    right = 0
    for first in range(0, len(examples.ids), batch):
        inputs, labels = examples.batch(list(range(first, min(first + batch, len(examples.ids)))))
        right += int((model(**inputs).logits.argmax(-1) == labels).sum())
    return right / len(examples.ids)


def run_seed(seed, classes, training, dev, arguments):
    torch.manual_seed(seed)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        arguments.model, num_labels=len(classes), dtype=torch.float32)
    tokens, seconds = train(model.train(), training, seed, arguments)
    result = accuracy(model.eval(), dev, arguments.batch), tokens / sum(seconds), statistics.median(seconds)
    print(f"seed {seed}: accuracy {result[0]:.4f}, {result[1]:.0f} tokens/s, "
          f"{1000 * result[2]:.1f} ms a step (median), "
          f"{len(seconds)} steps of {tokens / len(seconds):.0f} tokens", flush=True)
    return result


def mean_and_error(values):
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{statistics.mean(values):.4f} ± {error:.4f}"


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, {arguments.threads} threads, "
          f"tcmalloc {'is' if has_tcmalloc() else 'is not'} loaded", flush=True)
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    classes = classes_of(read_table(arguments.train)[1])
    training = Examples(arguments.train, tokenizer, classes, arguments.length)
    dev = Examples(arguments.dev, tokenizer, classes, arguments.length)
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    accuracies, speeds, _ = zip(*[run_seed(seed, classes, training, dev, arguments) for seed in seeds])
    print(f"accuracy {mean_and_error(accuracies)} (mean and its standard error over {len(seeds)} seeds), "
          f"{statistics.median(speeds):.0f} tokens/s (median)")


if __name__ == "__main__":
    main()
