"""Loads model folders that this repository wrote with Hugging Face's transformers and compares the logits.

Without model folders it checks small random models of each family, which write_models writes:

    bazel build //tests/interop/transformers/...
    python3 -m venv /path/to/venv && /path/to/venv/bin/pip install torch==2.11.0 transformers==5.23.0
    /path/to/venv/bin/python tests/interop/transformers/check.py [model folder ...]

A model folder is, for example, the `model/` of a stage in a store. It needs a masked-LM head.
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
POOLER = {"bert.pooler.dense.weight", "bert.pooler.dense.bias"}
TOLERANCE = 1e-5
BINARIES = pathlib.Path("bazel-bin/tests/interop/transformers")


def check(folder, outputs):
    model, report = transformers.AutoModelForMaskedLM.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    complaints = {kind: set(found) for kind, found in report.items() if found}
    # BertForMaskedLM has no place for a pooler; BertModel takes it.
    if complaints.get("unexpected_keys") == POOLER:
        del complaints["unexpected_keys"]
        _, bare = transformers.AutoModel.from_pretrained(folder, output_loading_info=True)
        assert not bare["missing_keys"], (folder, bare)
    assert not complaints, (folder, complaints)
    outputs = safetensors.torch.load_file(outputs)
    with torch.no_grad():
        logits = model.eval()(input_ids=outputs["ids"], attention_mask=outputs["valid"].long()).logits
    got, want = outputs["logits"][outputs["valid"]], logits[outputs["valid"]]
    difference = ((got - want).abs() / (1 + want.abs())).max().item()
    assert difference < TOLERANCE, (folder, difference)
    print(f"{folder}: {type(model).__name__}, largest difference of {want.numel()} logits {difference:.1e}")
    return model


def check_written(folder):
    model = check(folder, folder / "outputs.safetensors")
    assert type(model).__name__ == CLASSES[folder.name], type(model)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pieces = tokenizer.tokenize("the Retort boils.")
    assert pieces == ["the", "Re", "##tort", "boils", "."], pieces


def main():
    models = [pathlib.Path(argument).resolve() for argument in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for model in models:
            subprocess.run([BINARIES / "dump_logits", model, scratch / "outputs.safetensors"], check=True)
            check(model, scratch / "outputs.safetensors")
        if not models:
            for name in CLASSES:
                (scratch / name).mkdir()
            subprocess.run([BINARIES / "write_models", scratch], check=True)
            for name in CLASSES:
                check_written(scratch / name)
    print(f"transformers {transformers.__version__} loads all {len(models or CLASSES)} models without complaints.")


if __name__ == "__main__":
    main()
