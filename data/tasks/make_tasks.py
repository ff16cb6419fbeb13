#!/usr/bin/env python3
"""Writes the files of this folder from the repositories that README.md names.

    make_tasks.py CLONES

CLONES holds a git clone of each at <owner>/<name>; files are read at the commits below, whatever is checked out. Prints
README.md's rows. All but the sentence pairs of stsb's dev and test set is made here.
"""

import hashlib
import io
import json
import lzma
import pathlib
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
COMMITS = {
    "nltk/nltk_data": "5db857e6f7df11eabb5e5665836db9ec8df07e28",
    "jonny-vr/LLMCBench": "720be179c2492271f61d7a09291ffd003f36f47d",
    "amrnag/Specialized-Transformers": "fa673a93a5c27cb1f5954ac2a8a49eec6fcba6b9",
    "mieseung/Cutoff_with_Attribution": "0ef7460ee83f01034891e92b4f405d2c14944daf",
    "google-deepmind/xquad": "7d30520c717524000f0d9d2f9c10a069acd9d285",
    "PolyAI-LDN/task-specific-datasets": "57ec275d8078af65b7731c2a98be812d844a6d6b",
}

REVIEWS = {"train": 16, "test": 8}  # Of each class.
RATINGS = {"neg": 1, "pos": 10}


def tsv(rows):
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def lines_of(data):
    return data.decode().rstrip("\n").split("\n")


def rows_of(data):
    return [line.split("\t") for line in lines_of(data)]


def one_in(parts, text):
    return hashlib.sha256(text.encode()).digest()[0] % parts == 0


def rt_polarity(read):
    """Every tenth line of each class is held out."""
    archive = zipfile.ZipFile(io.BytesIO(read("nltk/nltk_data", "packages/corpora/sentence_polarity.zip")))
    lines = {
        label: lines_of(archive.read("sentence_polarity/rt-polarity." + name))
        for name, label in (("pos", "1"), ("neg", "0"))
    }
    splits = {"train": [["sentence", "label"]], "dev": [["sentence", "label"]]}
    for i, pair in enumerate(zip(lines["1"], lines["0"])):
        for label, line in zip("10", pair):
            splits["dev" if i % 10 == 9 else "train"].append([" ".join(line.split()), label])
    return {f"rt_polarity/{split}.tsv": tsv(rows) for split, rows in splits.items()}


def qnli(read):
    """GLUE's dev set, a fifth of its sentences held out with all of their questions."""
    heading, *rows = rows_of(read("jonny-vr/LLMCBench", "data/QNLI/dev.tsv"))
    sentence = heading.index("sentence")
    return {
        "qnli/train.tsv": tsv([heading] + [row for row in rows if not one_in(5, row[sentence])]),
        "qnli/dev.tsv": tsv([heading] + [row for row in rows if one_in(5, row[sentence])]),
    }


def wnli(read):
    """GLUE's training set is in two files there."""
    heading, *rows = rows_of(read("amrnag/Specialized-Transformers", "data/WNLI/train.tsv"))
    rows += rows_of(read("amrnag/Specialized-Transformers", "data/WNLI/val.tsv"))  # Without a heading.
    rows.sort(key=lambda row: int(row[0]))
    return {
        "wnli/train.tsv": tsv([heading] + rows),
        "wnli/dev.tsv": read("amrnag/Specialized-Transformers", "data/WNLI/dev.tsv"),
    }


def stsb(read):
    """The captions of the training set; the score becomes the last column."""
    rows = rows_of(read("mieseung/Cutoff_with_Attribution", "glue_data/STS-B/original/sts-train.tsv"))
    rows = [[*row[:4], row[5], row[6], row[4]] for row in rows if row[1] == "images"]
    heading = ["genre", "filename", "year", "old_index", "sentence1", "sentence2", "score"]
    return {"stsb/train.tsv": tsv([heading] + rows)}


def banking77(read):
    repository = "PolyAI-LDN/task-specific-datasets"
    return {f"banking77/{split}.csv": read(repository, f"banking_data/{split}.csv") for split in ("train", "test")}


def squad(read):
    """Every fourth article of XQuAD's English part is held out."""
    whole = json.loads(read("google-deepmind/xquad", "xquad.en.json"))
    parts = {
        "train": [article for i, article in enumerate(whole["data"]) if i % 4 != 3],
        "dev": whole["data"][3::4],
    }
    return {
        f"squad/{part}.json": json.dumps({"version": whole["version"], "data": articles}, ensure_ascii=False).encode()
        for part, articles in parts.items()
    }


def movie_reviews(read):
    """The shortest reviews of each class as IMDb's folders; those numbered from 900 on are the test set."""
    archive = zipfile.ZipFile(io.BytesIO(read("nltk/nltk_data", "packages/corpora/movie_reviews.zip")))
    files = {}
    for split, numbers in (("train", range(900)), ("test", range(900, 1000))):
        for label, rating in RATINGS.items():
            names = sorted(name for name in archive.namelist() if f"/{label}/cv" in name)
            reviews = sorted((len(archive.read(names[number])), number) for number in numbers)
            for _, number in sorted(reviews[: REVIEWS[split]], key=lambda review: review[1]):
                files[f"movie_reviews/{split}/{label}/{number}_{rating}.txt"] = archive.read(names[number])
    return files


def write(path, data):
    """Texts of reviews are stored plain, tables and documents packed."""
    packed = data if path.endswith(".txt") else lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    target = HERE / (path if packed is data else path + ".xz")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed)
    return target, packed


def print_row(path, data):
    target, packed = write(path, data)
    if packed is not data:
        digest = hashlib.sha256(data).hexdigest()
        print(f"| `{target.relative_to(HERE)}` | {len(packed):,} | {len(data):,} | `{digest}` |")


def main():
    clones = pathlib.Path(sys.argv[1])

    def read(repository, path):
        return subprocess.check_output(["git", "-C", clones / repository, "show", f"{COMMITS[repository]}:{path}"])

    for task in (rt_polarity, qnli, wnli, stsb, banking77, squad, movie_reviews):
        for path, data in task(read).items():
            print_row(path, data)


if __name__ == "__main__":
    main()
