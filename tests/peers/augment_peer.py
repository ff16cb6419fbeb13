#!/usr/bin/env python3
r"""Times TinyBERT's data augmentation as its procedure is written down: a forward pass for each word.

    tests/peers/augment_peer.py --model data/teachers/mini --sentences 100 --column sentence \
        --input data/tasks/rt_polarity/train.tsv.xz --word_vectors data/embeddings/glove.6B.50d.subset.txt.xz

For each word of a sentence that may be replaced: of one piece, the model reads [CLS] the sentence with [MASK] in the
place of the word [SEP] the sentence [SEP] by itself, makes the logits of every position, and all pieces are sorted by
those at [MASK]; of several pieces, its cosine to all word vectors is made and sorted. Then words are drawn for the
copies. With --gradients, autograd notes each forward pass, as in the authors' code, which does not turn it off.

Prints sentences per second, which `bazel run //tools:augment` prints as texts/s; loading is in neither.

Wants torch, transformers and NumPy: those of tests/interop/requirements.txt, which tests/interop/run.sh installs.
"""

import argparse
import lzma
import pathlib
import random
import re
import time

import numpy as np
import torch
import transformers

STOP_WORDS = pathlib.Path("framework/augment/masked/stop_words.cc")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder of a BertForMaskedLM of transformers")
    parser.add_argument("--input", required=True, help=".tsv or .tsv.xz")
    parser.add_argument("--column", required=True, help="of the sentences")
    parser.add_argument("--word_vectors", required=True, help="in GloVe's text format, .txt or .txt.xz")
    parser.add_argument("--sentences", type=int, default=100, help="the first so many")
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--candidates", type=int, default=15)
    parser.add_argument("--probability", type=float, default=0.4)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--gradients", action="store_true")
    return parser.parse_args()


def lines_of(path):
    with (lzma.open if path.endswith(".xz") else open)(path, "rt", encoding="utf-8") as file:
        return file.read().splitlines()


def read_sentences(path, column, count):
    rows = [line.split("\t") for line in lines_of(path)]
    place = rows[0].index(column)
    return [row[place] for row in rows[1 : count + 1]]


class WordVectors:
    """Unit vectors, and the words whose rows they are."""

    def __init__(self, path, most=100000):
        rows = [line.split(" ") for line in lines_of(path)[:most]]
        self.words = [row[0] for row in rows]
        self.rows = {word: row for row, word in enumerate(self.words)}
        vectors = np.array([row[1:] for row in rows], dtype=np.float64)
        self.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def nearest(self, word, count):
        if word not in self.rows:
            return []
        cosines = self.vectors @ self.vectors[self.rows[word]]
        cosines[self.rows[word]] = -np.inf
        return [self.words[row] for row in np.argsort(-cosines)[:count]]


class Procedure:
    def __init__(self, arguments):
        self.tokenizer = transformers.BertTokenizer.from_pretrained(arguments.model)
        model = transformers.BertForMaskedLM.from_pretrained(arguments.model, dtype=torch.float32)
        self.model = model.eval().to(arguments.device)
        self.longest = model.config.max_position_embeddings
        self.vectors = WordVectors(arguments.word_vectors)
        self.stop_words = set(re.findall(r'"([a-z\']+)"[,}]', STOP_WORDS.read_text(encoding="utf-8")))
        self.arguments = arguments
        self.passes = 0

    def words(self, text):
        backend = self.tokenizer.backend_tokenizer
        return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(text))]

    def likely(self, text, pieces, place):
        if place >= self.longest:
            return []
        read = (pieces + ["[SEP]"] + self.tokenizer.tokenize(text) + ["[SEP]"])[: self.longest]
        first = min(len(pieces) + 1, len(read))
        ids = torch.tensor([self.tokenizer.convert_tokens_to_ids(read)], device=self.arguments.device)
        types = torch.tensor([[0] * first + [1] * (len(read) - first)], device=self.arguments.device)
        logits = self.model(ids, token_type_ids=types).logits
        self.passes += 1
        best = torch.argsort(logits[0, place], descending=True)[: self.arguments.candidates].tolist()
        return [piece for piece in self.tokenizer.convert_ids_to_tokens(best) if not piece.startswith("##")]

    def candidates(self, text, number, word):
        pieces = ["[CLS]"] + self.tokenizer.tokenize(text)
        begins = [place for place in range(1, len(pieces)) if not pieces[place].startswith("##")]
        begin = begins[number]
        end = begins[number + 1] if number + 1 < len(begins) else len(pieces)
        if end - begin > 1:
            return self.vectors.nearest(word, self.arguments.candidates) or [word]
        pieces[begin] = "[MASK]"
        return self.likely(text, pieces, begin) or [word]

    def augment(self, text):
        words = self.words(text)
        candidates = {}
        for number, word in enumerate(words):
            if re.fullmatch("[a-z]+", word.lower()) and word.lower() not in self.stop_words:
                candidates[number] = self.candidates(text, number, word)
        copies = []
        for _ in range(self.arguments.copies):
            copy = list(words)
            for number, found in candidates.items():
                if random.random() < self.arguments.probability:
                    copy[number] = random.choice(found)
            copies.append(" ".join(copy))
        return copies


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(arguments.gradients)
    procedure = Procedure(arguments)
    sentences = read_sentences(arguments.input, arguments.column, arguments.sentences)
    procedure.augment(sentences[0])  # What is done once only is not in the time.
    procedure.passes = 0
    start = time.perf_counter()
    copies = sum(len(procedure.augment(sentence)) for sentence in sentences)
    if arguments.device != "cpu":
        torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, {arguments.threads} threads on "
          f"{arguments.device}, gradients {'on' if arguments.gradients else 'off'}")
    print(f"{len(sentences)} sentences, {procedure.passes} forward passes, {copies} copies in {seconds:.2f} s: "
          f"{len(sentences) / seconds:.2f} sentences/s")


if __name__ == "__main__":
    main()
