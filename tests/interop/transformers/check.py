"""Loads model folders that write_models wrote with Hugging Face's transformers and compares the logits.

    bazel build //tests/interop/transformers:write_models
    python3 -m venv /path/to/venv && /path/to/venv/bin/pip install torch==2.11.0 transformers==5.23.0
    /path/to/venv/bin/python tests/interop/transformers/check.py bazel-bin/tests/interop/transformers/write_models
"""

import pathlib
import subprocess
import sys
import tempfile

import safetensors.torch
import torch
import transformers

CLASSES = {
    "bert": "BertForMaskedLM",
    "bert_without_token_types": "BertForMaskedLM",
    "distilbert": "DistilBertForMaskedLM",
    "distilbert_bf16": "DistilBertForMaskedLM",
}
TOLERANCE = 1e-5


def check(folder):
    model, report = transformers.AutoModelForMaskedLM.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    complaints = {kind: found for kind, found in report.items() if found}
    assert not complaints, (folder, complaints)
    assert type(model).__name__ == CLASSES[folder.name], type(model)
    outputs = safetensors.torch.load_file(folder / "outputs.safetensors")
    with torch.no_grad():
        logits = model.eval()(input_ids=outputs["ids"], attention_mask=outputs["valid"].long()).logits
    got, want = outputs["logits"][outputs["valid"]], logits[outputs["valid"]]
    difference = ((got - want).abs() / (1 + want.abs())).max().item()
    assert difference < TOLERANCE, (folder, difference)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pieces = tokenizer.tokenize("the Retort boils.")
    assert pieces == ["the", "Re", "##tort", "boils", "."], pieces
    print(f"{folder.name}: {type(model).__name__}, largest difference of {want.numel()} logits {difference:.1e}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in CLASSES:
            (pathlib.Path(folder) / name).mkdir()
        subprocess.run([sys.argv[1], folder], check=True)
        for name in CLASSES:
            check(pathlib.Path(folder) / name)
    print(f"transformers {transformers.__version__} loads all {len(CLASSES)} models without complaints.")


if __name__ == "__main__":
    main()
