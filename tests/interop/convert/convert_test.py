"""What tools:convert writes is loaded by transformers without complaints, and what transformers cuts into files is
read."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import torch
import transformers

from model_comparison import ModelComparison, class_with_head, dump_model, loaded

CONVERT = pathlib.Path(os.environ["RETORT_BINARIES"]) / "tools/convert/convert"
BERT = {
    "vocab_size": 90, "max_position_embeddings": 140, "hidden_size": 24, "num_hidden_layers": 12,
    "num_attention_heads": 4, "intermediate_size": 36,
}
GPT2 = {
    "vocab_size": 90, "n_positions": 140, "n_embd": 24, "n_layer": 12, "n_head": 3, "bos_token_id": 0, "eos_token_id": 0,
}
TEACHERS = {
    "bert": (transformers.BertForMaskedLM, transformers.BertConfig(**BERT)),
    "distilbert": (transformers.DistilBertForMaskedLM, transformers.DistilBertConfig(
        vocab_size=90, max_position_embeddings=140, dim=24, n_layers=12, n_heads=4, hidden_dim=36)),
    "roberta": (transformers.RobertaForMaskedLM, transformers.RobertaConfig(**BERT, type_vocab_size=1)),
    "gpt2": (transformers.GPT2LMHeadModel, transformers.GPT2Config(**GPT2)),
}
ENCODERS = {"bert": "BertModel", "distilbert": "DistilBertModel", "roberta": "RobertaModel", "gpt2": "GPT2Model"}
# Layers that the scripts beside DistilBERT take.
EXTRACTED = [0, 2, 4, 7, 9, 11]


def convert(*arguments):
    result = subprocess.run([CONVERT, *arguments], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(result.stderr)
    return result.stdout


def hashes(folder):
    """Type, hash and shape of each tensor."""
    return [line for line in convert(f"--model={folder}").splitlines() if "  " in line]


class ConvertTest(ModelComparison):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def teacher(self, family):
        """A random model of transformers, and its folder."""
        torch.manual_seed(1)
        made_by, config = TEACHERS[family]
        model = made_by(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.2)
        return model.eval(), self.scratch / family

    def check_files(self, family):
        model, whole = self.teacher(family)
        model.save_pretrained(whole)
        cut, merged, again = self.scratch / "cut", self.scratch / "merged", self.scratch / "again"
        model.save_pretrained(cut, max_shard_size="20KB")
        self.assertFalse((cut / "model.safetensors").exists())
        convert(f"--model={cut}", f"--output={merged}")
        convert(f"--model={merged}", f"--output={again}", "--max_shard_size=20KB")
        self.assertEqual(sorted(path.name for path in again.glob("model*")), sorted(path.name for path in cut.glob("model*")))
        self.assertEqual(hashes(merged), hashes(again))
        index = json.loads((again / "model.safetensors.index.json").read_text())
        self.assertEqual(set(index["weight_map"]), set(json.loads((cut / "model.safetensors.index.json").read_text())["weight_map"]))
        for folder in (cut, merged, again):
            dump_model(folder)
            self.check_written(folder, type(model).__name__)

    def check_encoder(self, family):
        model, whole = self.teacher(family)
        model.save_pretrained(whole)
        encoder = self.scratch / "encoder"
        convert(f"--model={whole}", f"--output={encoder}", "--part=encoder", "--dtype=float16")
        pooler = {"add_pooling_layer": False} if family in ("bert", "roberta") else {}
        got, complaints = loaded(encoder, transformers.AutoModel, **pooler)
        self.assertEqual(complaints, {})
        self.assertEqual(type(got).__name__, ENCODERS[family])
        self.assertEqual(json.loads((encoder / "config.json").read_text())["dtype"], "float16")
        wanted = model.base_model.state_dict()
        for name, values in got.state_dict().items():
            self.assertTrue(torch.equal(values, wanted[name].half().float()), name)

    def check_student(self, family, arguments, rename):
        """`rename` turns names in the teacher into those in the student, layers aside."""
        model, whole = self.teacher(family)
        model.save_pretrained(whole)
        student = self.scratch / "student"
        convert(f"--model={whole}", f"--output={student}", "--layers=6", *arguments)
        got, complaints = loaded(student, class_with_head(student, "vocabulary"))
        self.assertEqual(complaints, {})
        values = got.state_dict()
        checked = 0
        for name, wanted in model.state_dict().items():
            parts = name.split(".")
            place = next((i for i, part in enumerate(parts) if part.isdigit()), None)
            if place is not None:
                if int(parts[place]) not in EXTRACTED:
                    continue
                parts[place] = str(EXTRACTED.index(int(parts[place])))
            renamed = rename(".".join(parts))
            if renamed is None:
                continue
            self.assertTrue(torch.equal(values[renamed], wanted), name)
            checked += 1
        self.assertEqual(checked, len(values))

    def test_gpt2_ids_around_texts(self):
        ids = {"pad_token_id": 3, "bos_token_id": 4, "eos_token_id": 5}
        whole, written = self.scratch / "whole", self.scratch / "written"
        transformers.GPT2LMHeadModel(transformers.GPT2Config(**{**GPT2, **ids})).save_pretrained(whole)
        convert(f"--model={whole}", f"--output={written}")
        config = transformers.AutoConfig.from_pretrained(written)
        self.assertEqual({name: getattr(config, name) for name in ids}, ids)

    def test_distilbert_of_bert(self):
        names = {
            "bert.encoder.layer": "distilbert.transformer.layer", "bert.embeddings": "distilbert.embeddings",
            "attention.self.query": "attention.q_lin", "attention.self.key": "attention.k_lin",
            "attention.self.value": "attention.v_lin", "attention.output.dense": "attention.out_lin",
            "attention.output.LayerNorm": "sa_layer_norm", "intermediate.dense": "ffn.lin1", "output.dense": "ffn.lin2",
            "output.LayerNorm": "output_layer_norm", "cls.predictions.transform.dense": "vocab_transform",
            "cls.predictions.transform.LayerNorm": "vocab_layer_norm", "cls.predictions.decoder": "vocab_projector",
        }

        def rename(name):
            if "token_type" in name or name == "cls.predictions.bias":  # The decoder's second bias is the same one.
                return None
            for old, new in names.items():
                name = name.replace(old, new)
            return name

        self.check_student("bert", ["--family=distilbert"], rename)

    def test_distilroberta_of_roberta(self):
        self.check_student("roberta", [], lambda name: name)

    def test_distilgpt2_of_gpt2(self):
        self.check_student("gpt2", [], lambda name: name)


def add_tests():
    for family in TEACHERS:
        setattr(ConvertTest, f"test_files_of_{family}", lambda self, family=family: self.check_files(family))
        setattr(ConvertTest, f"test_encoder_of_{family}", lambda self, family=family: self.check_encoder(family))


add_tests()


def load_tests(loader, tests, pattern):
    return loader.loadTestsFromTestCase(ConvertTest)
