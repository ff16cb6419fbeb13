#!/usr/bin/env python3
"""Fine-tunes a student with transformers alone: which of four texts is a line from?

    fine_tune.py MODEL_FOLDER

The folder is a student as retort writes it, for example runs/store/<key>/model after the quickstart. Runs in the environment
of tests/interop/run.sh, or in any with torch and transformers.
"""

import lzma
import pathlib
import random
import sys

import torch
import transformers

CORPORA = pathlib.Path(__file__).resolve().parents[2] / "data/corpora"
TEXTS = ["novels/novels_1890_1927", "state_of_the_union/state_of_the_union", "tiny_shakespeare/tiny_shakespeare", "wiki/wiki_gap_passages"]
TRAINING, HELD_OUT, BATCH = 2000, 400, 32


def labelled_lines():
    examples = []
    for label, text in enumerate(TEXTS):
        lines = lzma.open(CORPORA / (text + ".txt.xz"), "rt").read().splitlines()
        lines = [line for line in lines if len(line) > 40]
        examples += [(line, label) for line in random.sample(lines, (TRAINING + HELD_OUT) // len(TEXTS))]
    random.shuffle(examples)
    return examples


def fine_tuned(folder, encode, examples):
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(TEXTS))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4)
    for start in range(0, len(examples), BATCH):
        lines, labels = zip(*examples[start : start + BATCH])
        loss = model(**encode(lines), labels=torch.tensor(labels)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def main():
    random.seed(1)
    torch.manual_seed(1)
    tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
    examples = labelled_lines()

    def encode(lines):
        return tokenizer(list(lines), padding=True, truncation=True, max_length=32, return_tensors="pt")

    model = fine_tuned(sys.argv[1], encode, examples[:TRAINING])
    lines, labels = zip(*examples[TRAINING:])
    with torch.no_grad():
        right = (model(**encode(lines)).logits.argmax(-1) == torch.tensor(labels)).sum().item()
    print(f"{type(model).__name__}: {right} of {len(lines)} held-out lines right after {TRAINING} lines")


if __name__ == "__main__":
    main()
