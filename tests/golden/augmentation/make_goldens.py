#!/usr/bin/env python3
"""Writes goldens.json.xz: sentences, their words, and what TinyBERT's own data augmentation may put in the place of each.

The code is read from a clone of github.com/huawei-noah/Pretrained-Language-Model, commit
0598f02d7fc4eaa7b4cbc1e9d7ab18bc875c24f9, and run as it is, with its own tokenizer and model. Only np.Inf, which
NumPy 2 has lost, is put back, what it imports to download files is left empty, and the weights are written as the file
that it loads. From the repository's root, in an
environment with `pip install torch==2.11.0 numpy==2.4.6 safetensors==0.8.0`:
    python3 tests/golden/augmentation/make_goldens.py CLONE/TinyBERT

Sentences in which two of the logits that make a list differ by less than 2e-5 are left out: rounding alone would order
their words.
"""

import json
import lzma
import pathlib
import shutil
import sys
import tempfile
import types

import numpy as np
import torch
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).resolve().parent
MODEL = pathlib.Path("data/teachers/mini")
VECTORS = "data/embeddings/glove.6B.50d.subset.txt.xz"
SENTENCES = "data/tasks/rt_polarity/train.tsv.xz"
EVERY = 240  # Of the sentences above, one in so many.
CANDIDATES = 15
SMALLEST_DIFFERENCE = 2e-5

OTHERS = [
    "",
    "The",
    "GOOD",
    "A Masterpiece, from Beginning to End!",
    "Ünlike thé café's déjà vu, Amélie is a film noir.",
    "don't you'll we've it's o'neil's couldn't re-watch semi-autobiographical",
    "42nd street (1933) cost $3.50; 100% of it's b&w.",
    "“quoted” — dashes… and ‘single’ marks",
    "antidisestablishmentarianism floccinaucinihilipilification submarines casinos",
    "x" * 101 + " is a word too long for pieces",
    "水 and 火 are words of one character",
    "a\tb\u00a0c\u2003d\u200be \ufffd controls\x01are removed",
    "naïve coöperation of the Ångström façade",
    "zzz qqq vvv",
    "## hash #good ##ing",
    "İstanbul straße",
]


def long_sentence():
    """Longer than the model: words to replace stand at its beginning, about where the text beside it is cut, and where
    the masked one ends."""
    words = ["the"] * 530
    for place, word in [(0, "great"), (1, "films"), (250, "story"), (505, "actors"), (508, "plot"), (509, "end")]:
        words[place] = word
    for place in (510, 511, 512, 529):
        words[place] = "scene"
    return " ".join(words)


def middle_sentence():
    """Only the text beside the masked one is cut."""
    words = ["of"] * 300
    words[3], words[150], words[299] = "cinema", "music", "ending"
    return " ".join(words)


def sentences():
    with lzma.open(SENTENCES, "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    column = rows[0].index("sentence")
    return [row[column] for row in rows[1::EVERY]] + OTHERS + [middle_sentence(), long_sentence()]


class Recorder:
    """The model, which remembers how near the logits were that made a list."""

    def __init__(self, model, mask):
        self.model, self.mask, self.nearest = model, mask, float("inf")

    def to(self, device):
        self.model.to(device)

    def __call__(self, ids, segments):
        with torch.no_grad():
            logits = self.model(ids, segments)
        place = (ids[0] == self.mask).nonzero()[0, 0]
        top = logits[0, place].topk(CANDIDATES + 1).values
        self.nearest = min(self.nearest, (top[:-1] - top[1:]).min().item())
        return logits


class Candidates:
    """What the code says that it found: it logs its dictionary and returns none of it."""

    def __init__(self):
        self.found = None

    def info(self, message, *_):
        if isinstance(message, dict):
            self.found = message


def original_model(code, folder):
    """The code's tokenizer and model, in evaluation mode."""
    for name in ("config.json", "vocab.txt"):
        shutil.copy(MODEL / name, folder)
    weights = {name: tensor.float() for name, tensor in load_file(MODEL / "model.safetensors").items()}
    weights.setdefault("cls.predictions.decoder.weight", weights["bert.embeddings.word_embeddings.weight"])
    torch.save(weights, pathlib.Path(folder) / "pytorch_model.bin")
    tokenizer = code.BertTokenizer.from_pretrained(str(folder))
    return tokenizer, code.BertForMaskedLM.from_pretrained(str(folder)).eval()


def original_code(folder):
    """The code as a module."""
    np.Inf = np.inf
    downloads = {name: types.ModuleType(name) for name in ("boto3", "botocore", "botocore.exceptions", "requests")}
    downloads["botocore.exceptions"].ClientError = Exception
    for name, module in downloads.items():
        sys.modules.setdefault(name, module)
    sys.path.insert(0, folder)
    import data_augmentation

    return data_augmentation


def main():
    code = original_code(sys.argv[1])

    torch.set_num_threads(1)
    log = Candidates()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer, model = original_model(code, folder)
        vectors = pathlib.Path(folder) / "vectors.txt"
        vectors.write_bytes(lzma.open(VECTORS).read())
        embeddings = code.prepare_embedding_retrieval(str(vectors))
    code.logger = log
    recorder = Recorder(model, tokenizer.vocab["[MASK]"])
    augmentor = code.DataAugmentor(recorder, tokenizer, *embeddings, CANDIDATES, 0, 0.4)
    lines, left_out = [], 0
    for text in sentences():
        recorder.nearest = float("inf")
        augmentor.augment(text)
        if recorder.nearest < SMALLEST_DIFFERENCE:
            left_out += 1
            continue
        words = tokenizer.basic_tokenizer.tokenize(text)
        candidates = {str(place): list(found) for place, found in log.found.items()}
        lines.append(json.dumps({"text": text, "words": words, "candidates": candidates}, ensure_ascii=False))
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    (HERE / "goldens.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines)} sentences; {left_out} left out; torch {torch.__version__}, NumPy {np.__version__}")


if __name__ == "__main__":
    main()
