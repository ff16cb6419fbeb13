"""A sweep of two steps for every family: transformers writes the teacher and loads the student, and TensorBoard reads
the events and, as upload.py, the results."""

import json
import os
import pathlib
import random
import string
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import tokenizers
import torch
import transformers
from tensorboard.plugins.hparams import metadata

import event_files
from model_comparison import ModelComparison

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "tools/upload"))
import upload

SWEEP = pathlib.Path(os.environ["RETORT_BINARIES"]) / "experiments/sweep"

ALPHABET = string.ascii_lowercase
MANY_SCRIPTS = "aAbBéÉßñдЖшαΩאבعغकगกข한글日本"
BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BERT = {
    "max_position_embeddings": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 24,
}
STUDENT = "layers: 1 "
COPIED = "layer_copy { mapping { top {} } }"

TRIPLE = """
    data { masked_lm { corpus: "CORPUS" length: 24 min_length: 4 distilbert_masking {} } }
    loss { name: "ce" weight: 5 soft_targets { temperature: 2 } }
    loss { name: "cos" cosine {} }
    loss { name: "mlm" weight: 2 masked_lm {} }
    evaluate { every_steps: 1 sequences: 8 }"""
TINYBERT = """
    data { masked_lm { corpus: "CORPUS" length: 24 min_length: 4 } }
    loss { name: "hidden" hidden_mse { mapping { uniform {} } embeddings: true projection: SHARED } }
    loss { name: "attention" attention_mse { mapping { uniform {} } } }
    loss { name: "mlm" masked_lm {} }
    evaluate { every_steps: 1 sequences: 8 }"""
MINILM = """
    data { masked_lm { corpus: "CORPUS" length: 24 min_length: 4 no_masking {} } }
    loss { name: "relation" relation_kl { query_key: 1 value_value: 1 } }
    loss { name: "cos" cosine {} }"""
CAUSAL = """
    data { causal_lm { corpus: "CORPUS" length: 24 } }
    loss { name: "ce" weight: 5 soft_targets { temperature: 2 } }
    loss { name: "clm" weight: 2 causal_lm {} }
    loss { name: "cos" cosine {} }
    evaluate { every_steps: 1 sequences: 8 }"""
SWEEP_TEXT = """
name: "tiny"
controls: NONE
experiment {
  teacher { checkpoint: "TEACHER" }
  student { architecture { ARCHITECTURE } init { INIT } }
  stage {
    name: "distil"STAGE
    batch { sequences: 8 }
    budget { steps: 2 }
    adamw { learning_rate: 1e-3 }
  }
  stage { name: "evaluate" evaluation { EVALUATION } }
}
"""
VARIANT = 'variant { name: "light" overlay { stage { name: "distil" loss { name: "ce" weight: 1 } } } }'


def lines(alphabet, seed=1):
    source = random.Random(seed)
    return [" ".join("".join(source.choices(alphabet, k=3)) for _ in range(8)) for _ in range(200)]


def write_corpus(folder, text):
    folder.mkdir()
    (folder / "text.txt").write_text("\n".join(text) + "\n")
    (folder / "corpus.textproto").write_text(
        'file { path: "text.txt" document: LINE }\nselect_share: 0.1\nreport_share: 0.1\n')


def write_wordpiece(folder, alphabet, lower_case):
    letters = sorted(set(alphabet))
    vocabulary = BERT_SPECIALS + letters + ["##" + letter for letter in letters]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lower_case}))
    return len(vocabulary)


def write_byte_bpe(folder, text, specials):
    tokenizer = tokenizers.ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(text, vocab_size=300, special_tokens=specials, show_progress=False)
    tokenizer.save_model(str(folder))
    return tokenizer.get_vocab_size()


def write_model(folder, class_name, config):
    torch.manual_seed(1)
    model = getattr(transformers, class_name)(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)


class SweepsTest(ModelComparison):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.teacher = self.folder / "teacher"
        self.teacher.mkdir()

    def wordpiece_teacher(self, class_name, config_class, alphabet=ALPHABET, lower_case=True, **options):
        write_corpus(self.folder / "corpus", lines(alphabet))
        size = write_wordpiece(self.teacher, alphabet, lower_case)
        write_model(self.teacher, class_name, config_class(vocab_size=size, **options))

    def byte_bpe_teacher(self, class_name, config_class, specials, **options):
        text = lines(ALPHABET)
        write_corpus(self.folder / "corpus", text)
        size = write_byte_bpe(self.teacher, text, specials)
        write_model(self.teacher, class_name, config_class(vocab_size=size, **options))

    def sweep(self, *arguments, **options):
        """The folder of the stage that trained the student."""
        self.run_sweep(*arguments, **options)
        (model,) = self.folder.glob("store/*/model")
        return model.parent

    def run_sweep(
            self, stage=TRIPLE, architecture=STUDENT, init=COPIED, evaluation="masked_lm { sequences: 16 }", more=""):
        text = more + SWEEP_TEXT.replace("EVALUATION", evaluation)
        text = text.replace("ARCHITECTURE", architecture).replace("INIT", init).replace("STAGE", stage)
        text = text.replace("TEACHER", str(self.teacher)).replace("CORPUS", str(self.folder / "corpus"))
        (self.folder / "tiny.textproto").write_text(text)
        result = subprocess.run(
            [SWEEP, self.folder / "tiny.textproto", f"--output_dir={self.folder / 'out'}", f"--store={self.folder / 'store'}",
             "--threads=1"],
            capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def check_student(self, stage, class_name):
        self.check_folder(stage / "model", class_name)
        teachers, students = (
            transformers.AutoTokenizer.from_pretrained(folder) for folder in (self.teacher, stage / "model"))
        for line in (self.folder / "corpus/text.txt").read_text().split("\n")[:20]:
            self.assertEqual(students(line).input_ids, teachers(line).input_ids)
        self.check_events(stage)

    def check_events(self, stage):
        """TensorBoard shows what metrics.jsonl says."""
        found = event_files.scalars(stage)
        records = [json.loads(line) for line in (stage / "metrics.jsonl").read_text().splitlines()]
        self.assertEqual([record["step"] for record in records if "loss" in record], [1, 2])
        want = {}
        for record in records:
            for tag, value in scalars_of(record).items():
                want.setdefault(tag, {})[record["step"]] = value
        found.pop("gradient/clipped_share")
        self.assertEqual(found.keys(), want.keys())
        for tag, points in want.items():
            self.assertEqual(found[tag].keys(), points.keys(), tag)
            for step, value in points.items():
                self.assertAlmostEqual(found[tag][step], value, delta=1e-6 * max(1, abs(value)), msg=(tag, step))

    def test_results_in_other_tools(self):
        self.wordpiece_teacher("BertForMaskedLM", transformers.BertConfig, **BERT)
        self.run_sweep(architecture=STUDENT + "token_types: false pooler: false", more=VARIANT)
        runs, results = upload.read_runs(self.folder / "out/report")
        self.assertEqual([run.name for run in runs], ["base/seed_1", "light/seed_1"])
        (weight,) = results["settings"]
        self.assertEqual(runs[1].settings, {"variant": "light", "seed": 1, weight["path"]: weight["values"][1]})
        want = results["variants"][1]["metrics"][0]["by_seed"]["1"]
        folder = self.folder / "out/tensorboard/tiny"
        self.check_hparams(folder, weight, want)
        self.check_uploads(runs, results, want)

    def check_hparams(self, folder, weight, want):
        """TensorBoard's HParams plugin reads the settings and the final metrics."""
        experiment = metadata.parse_experiment_plugin_data(event_files.plugin_data(folder, metadata.EXPERIMENT_TAG))
        self.assertEqual([info.name for info in experiment.hparam_infos], ["variant", weight["path"]])
        run = folder / "light/seed_1"
        start = metadata.parse_session_start_info_plugin_data(
            event_files.plugin_data(run, metadata.SESSION_START_INFO_TAG))
        self.assertEqual(start.hparams[weight["path"]].number_value, float(weight["values"][1]))
        end = metadata.parse_session_end_info_plugin_data(event_files.plugin_data(run, metadata.SESSION_END_INFO_TAG))
        self.assertEqual(end.status, 1)
        final = event_files.scalars(run)[experiment.metric_infos[0].name.tag]
        self.assertAlmostEqual(final[0], want, delta=1e-6 * abs(want))
        self.assertIn("loss/total", event_files.scalars(run / "distil"))

    def check_uploads(self, runs, results, want):
        """What is given to the services' own packages, which are not installed here."""
        mlflow, wandb = mock.MagicMock(), mock.MagicMock()
        with mock.patch.dict(sys.modules, {"mlflow": mlflow, "wandb": wandb}):
            upload.upload_to_mlflow("tiny", runs, results)
            upload.upload_to_wandb("tiny", runs, results)
        tokens, name, value = runs[1].points[-1]
        self.assertIn(want, [value for _, _, value in runs[1].points])
        mlflow.log_metric.assert_any_call(name, value, step=tokens)
        session = wandb.init.return_value.__enter__.return_value
        session.log.assert_any_call({"tokens": tokens, name: value})

    def test_bert_to_distilbert(self):
        self.wordpiece_teacher("BertForMaskedLM", transformers.BertConfig, **BERT)
        self.check_student(self.sweep(architecture=STUDENT + "token_types: false pooler: false"), "DistilBertForMaskedLM")

    def test_bert_to_tinybert(self):
        self.wordpiece_teacher("BertForMaskedLM", transformers.BertConfig, **BERT)
        narrow = STUDENT + "hidden_size: 12 heads: 2 intermediate_size: 20"
        self.check_student(self.sweep(TINYBERT, narrow, "random_normal {}"), "BertForMaskedLM")

    def test_bert_to_mobilebert(self):
        self.wordpiece_teacher("BertForMaskedLM", transformers.BertConfig, **BERT)
        bottlenecks = STUDENT + 'family: "mobilebert" bottleneck_size: 8 feed_forward_networks: 2 activation: RELU'
        self.check_student(self.sweep(TINYBERT, bottlenecks, "random_normal {}"), "MobileBertForMaskedLM")

    def test_mobilebert(self):
        self.wordpiece_teacher(
            "MobileBertForMaskedLM", transformers.MobileBertConfig, embedding_size=6, intra_bottleneck_size=8,
            num_feedforward_networks=2, **BERT)
        self.check_student(self.sweep(), "MobileBertForMaskedLM")

    def test_minilm(self):
        self.wordpiece_teacher("BertModel", transformers.BertConfig, **BERT)
        without_head = STUDENT + "language_model_head: false pooler: false"
        pairs = self.folder / "pairs.tsv"
        sentences = lines(ALPHABET, seed=2)
        pairs.write_text("sentence1\tsentence2\tscore\n" + "".join(
            f"{first}\t{second}\t{score % 6}\n" for score, (first, second) in enumerate(zip(sentences[::2], sentences[1::2]))))
        stage = self.sweep(
            MINILM, without_head, evaluation=f'sentence_similarity {{ pairs: "{pairs}" length: 24 }}',
            more='report { primary_metric: "sentence_similarity/spearman" }')
        self.check_student(stage, "BertModel")

    def test_multilingual_bert_to_distilmbert(self):
        self.wordpiece_teacher(
            "BertForMaskedLM", transformers.BertConfig, alphabet=MANY_SCRIPTS, lower_case=False, **BERT)
        self.check_student(self.sweep(architecture=STUDENT + "token_types: false pooler: false"), "DistilBertForMaskedLM")

    def test_distilbert(self):
        self.wordpiece_teacher(
            "DistilBertForMaskedLM", transformers.DistilBertConfig, max_position_embeddings=40, dim=16, n_layers=2, n_heads=2,
            hidden_dim=24)
        self.check_student(self.sweep(), "DistilBertForMaskedLM")

    def test_roberta_to_distilroberta(self):
        self.byte_bpe_teacher(
            "RobertaForMaskedLM", transformers.RobertaConfig, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], pad_token_id=1,
            type_vocab_size=1, **BERT)
        self.check_student(self.sweep(), "RobertaForMaskedLM")

    def test_gpt2_to_distilgpt2(self):
        self.byte_bpe_teacher(
            "GPT2LMHeadModel", transformers.GPT2Config, ["<|endoftext|>"], n_positions=40, n_embd=16, n_layer=2, n_head=2,
            bos_token_id=0, eos_token_id=0)
        self.check_student(self.sweep(CAUSAL, evaluation="causal_lm { sequences: 16 }"), "GPT2LMHeadModel")


def scalars_of(record):
    """A line of metrics.jsonl by TensorBoard's tags."""
    if "metrics" in record:
        return {"eval/" + metric: value for metric, value in record["metrics"].items()}
    scalars = {
        "loss/total": record["loss"],
        "gradient/norm": record["gradient_norm"],
        "optimizer/learning_rate": record["learning_rate"],
        "speed/tokens_per_second": record["tokens_per_second"],
        "tokens": record["tokens"],
    }
    for name, term in record["terms"].items():
        scalars["loss/" + name] = term["value"]
        scalars["weighted_loss/" + name] = term["weighted"]
    return scalars


if __name__ == "__main__":
    unittest.main()
