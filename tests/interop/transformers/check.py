"""Loads model folders that this repository wrote with Hugging Face's transformers and compares the logits.

Without model folders it checks small random models of each family in both directions: what write_models writes and
transformers loads, and what transformers writes and dump_logits loads.

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
    "bert_untied": "BertForMaskedLM",
    "bert_without_token_types": "BertForMaskedLM",
    "distilbert": "DistilBertForMaskedLM",
    "distilbert_bf16": "DistilBertForMaskedLM",
    "roberta": "RobertaForMaskedLM",
    "gpt2": "GPT2LMHeadModel",
}
SIZES = {"vocab_size": 90, "max_position_embeddings": 140}
BERT = {**SIZES, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 36}
WRITTEN_BY_TRANSFORMERS = {
    "bert": transformers.BertConfig(**BERT),
    "bert_relu_untied": transformers.BertConfig(**BERT, hidden_act="relu", tie_word_embeddings=False),
    "bert_gelu_new_one_type": transformers.BertConfig(**BERT, hidden_act="gelu_new", type_vocab_size=1, layer_norm_eps=1e-5),
    "distilbert_sinusoidal": transformers.DistilBertConfig(
        **SIZES, dim=24, n_layers=2, n_heads=3, hidden_dim=36, sinusoidal_pos_embds=True
    ),
    "roberta": transformers.RobertaConfig(**BERT, type_vocab_size=1, layer_norm_eps=1e-5),
    "roberta_pad_3": transformers.RobertaConfig(**BERT, pad_token_id=3),
    "gpt2": transformers.GPT2Config(vocab_size=90, n_positions=140, n_embd=24, n_layer=2, n_head=3, bos_token_id=0, eos_token_id=0),
    "gpt2_inner_relu": transformers.GPT2Config(
        vocab_size=90, n_positions=140, n_embd=24, n_layer=2, n_head=3, n_inner=40, activation_function="relu",
        bos_token_id=0, eos_token_id=0, tie_word_embeddings=False,
    ),
}
POOLER = {"bert.pooler.dense.weight", "bert.pooler.dense.bias"}
TOLERANCE = 1e-5
BINARIES = pathlib.Path("bazel-bin/tests/interop/transformers")


def auto_class(config):
    causal = config.model_type == "gpt2"
    return transformers.AutoModelForCausalLM if causal else transformers.AutoModelForMaskedLM


def check(folder, outputs):
    load = auto_class(transformers.AutoConfig.from_pretrained(folder)).from_pretrained
    model, report = load(folder, output_loading_info=True, dtype=torch.float32)
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
    byte_level = type(model).__name__ in ("RobertaForMaskedLM", "GPT2LMHeadModel")
    text, wanted = ("ab ab", ["ab", "\u0120ab"]) if byte_level else (
        "the Retort boils.", ["the", "Re", "##tort", "boils", "."])
    assert tokenizer.tokenize(text) == wanted, (folder, tokenizer.tokenize(text))


def check_read(folder, config):
    torch.manual_seed(1)
    model = auto_class(config).from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)
    outputs = folder / "outputs.safetensors"
    subprocess.run([BINARIES / "dump_logits", folder, outputs], check=True)
    check(folder, outputs)


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
            for name, config in WRITTEN_BY_TRANSFORMERS.items():
                check_read(scratch / "read" / name, config)
            print(f"{len(WRITTEN_BY_TRANSFORMERS)} models that transformers wrote compute the same here.")
    print(f"transformers {transformers.__version__} loads all {len(models or CLASSES)} models without complaints.")


if __name__ == "__main__":
    main()
