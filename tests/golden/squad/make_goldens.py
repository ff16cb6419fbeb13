#!/usr/bin/env python3
"""Writes goldens.json.xz: answers as the official scripts for SQuAD 1.1 and 2.0 score them, and windows of made-up
contexts, with the answers that transformers' squad_metrics finds in random logits.

The official scripts are read from a clone of github.com/huggingface/evaluate, commit
a7dd338386a4fae9a1767e05eb9ef9479513d9e8. From the repository's root, in an environment with
`pip install transformers==4.46.3 numpy==1.26.4`:
    python3 tests/golden/squad/make_goldens.py CLONE
"""

import importlib.util
import json
import lzma
import pathlib
import sys
import tempfile

import numpy as np
from transformers import BertTokenizer, RobertaTokenizer
from transformers.data.metrics import squad_metrics
from transformers.data.processors import squad

HERE = pathlib.Path(__file__).resolve().parent

# Wanted answers, and one that was given.
ANSWERS = [
    (["the red car"], "Red car."),
    (["the red car", "car"], "a car"),
    (["red red car"], "red, red, red bus"),
    (["1943"], "(1943)"),
    (["$1,000"], "1000"),
    (["U.S.A."], "usa"),
    (["well-known"], "well known"),
    (["Café Ångström"], "CAFÉ ÅNGSTRÖM"),
    (["ΟΔΟΣ"], "οδος"),
    (["İstanbul"], "istanbul"),
    (["Straße"], "STRASSE"),
    (["an\u00a0apple"], "apple"),
    (["x\u2003y"], "x y"),
    (["“the” end"], "“ ” end"),
    (["the\u0301 end"], "\u0301 end"),
    (["snake_case the_end"], "snakecase theend"),
    (["a1 an2"], "a1 an2"),
    (["水 the 火"], "水 火"),
    (["the水"], "水"),
    (["½ the"], "½"),
    (["the", "blue"], "the"),
    (["the"], ""),
    (["the"], "an"),
    (["blue"], ""),
    (["blue"], "the"),
    ([], ""),
    ([], "a"),
    ([], "blue"),
    (["one two three four"], "three four five"),
    (["a a a"], "a"),
    (["x\x1cy"], "x y"),
    (["tab\there"], "tab here"),
]

WORDS = "tower lamp river mill oak wheel bees roof june snow".split()
WORDS += "pass train noon coach flood tree school wall year corn".split()
MARKS = [",", ".", "(", ")", '"', "-", "'"]
SHIPPED = "data/tasks/squad/dev.json.xz"
SHIPPED_CUT = {"length": 128, "stride": 32, "question_length": 24}
CUT = {"length": 24, "stride": 6, "question_length": 4}
RULES = {"n_best": 6, "most_answer_pieces": 5, "null_threshold": 0.5}


def official_script(clone, name):
    """An official script as a module."""
    path = pathlib.Path(clone) / "metrics" / name / "compute_score.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dataset(questions):
    """A file of one paragraph."""
    return [{"paragraphs": [{"qas": questions}]}]


def squad_1_scores(script, examples):
    """What the script for SQuAD 1.1 gives, 0 to 1, for pairs of wanted answers and a given one."""
    wanted = [[{"text": text} for text in texts] for texts, _ in examples]
    questions = [{"id": str(i), "answers": texts} for i, texts in enumerate(wanted)]
    scores = script.compute_score(dataset(questions), {str(i): given for i, (_, given) in enumerate(examples)})
    return {name: value / 100 for name, value in scores.items()}


def squad_2_scores(script, examples):
    """What the script for SQuAD 2.0 gives, 0 to 1, for pairs of wanted answers and a given one: each, and together."""
    questions = [{"id": str(i), "answers": {"text": texts}} for i, (texts, _) in enumerate(examples)]
    given = {str(i): answer for i, (_, answer) in enumerate(examples)}
    exact, f1 = script.get_raw_scores(dataset(questions), given)
    answered = script.make_qid_to_has_ans(dataset(questions))
    each = [{"exact_match": exact[str(i)], "f1": f1[str(i)]} for i in range(len(examples))]
    totals = {
        "exact": script.make_eval_dict(exact, f1)["exact"],
        "f1": script.make_eval_dict(exact, f1)["f1"],
        "HasAns_f1": script.make_eval_dict(exact, f1, [i for i, has in answered.items() if has])["f1"],
        "NoAns_f1": script.make_eval_dict(exact, f1, [i for i, has in answered.items() if not has])["f1"],
    }
    return each, {name: value / 100 for name, value in totals.items()}


def answers(clone):
    """The scores of the answers above, one by one and together."""
    squad_1, squad_2 = official_script(clone, "squad"), official_script(clone, "squad_v2")
    each, totals = squad_2_scores(squad_2, ANSWERS)
    questions = []
    for (wanted, given), scores in zip(ANSWERS, each):
        question = {"wanted": wanted, "given": given, "normalized": squad_2.normalize_answer(given), **scores}
        if wanted:
            question["squad_1"] = squad_1_scores(squad_1, [(wanted, given)])
        questions.append(question)
    squad_1_totals = squad_1_scores(squad_1, [example for example in ANSWERS if example[0]])
    return {"questions": questions, "totals": totals, "squad_1_totals": squad_1_totals}


def context(random, words):
    """Words, some of them large, some with marks before and behind them."""
    text = []
    for word in random.choice(WORDS, words):
        word = str(word)
        if random.random() < 0.2:
            word = word.capitalize()
        if random.random() < 0.1:
            word = str(random.choice(["(", '"'])) + word
        if random.random() < 0.3:
            word += str(random.choice([",", ".", "),", '".', "'", "-" + str(random.choice(WORDS))]))
        text.append(word)
    return " ".join(text)


def made_up_file(random):
    """A file in SQuAD's layout, each answer a few whole words."""
    paragraphs = []
    for p, words in enumerate([3, 12, 25, 40, 60]):
        text = context(random, words)
        begins = [0] + [i + 1 for i, c in enumerate(text) if c == " "]
        questions = []
        for q in range(4):
            first = int(random.integers(len(begins)))
            last = min(first + int(random.integers(3)), len(begins) - 1)
            end = begins[last + 1] - 1 if last + 1 < len(begins) else len(text)
            impossible = q == 3
            answer = {"text": text[begins[first] : end], "answer_start": begins[first]}
            questions.append(
                {
                    "id": f"{p}-{q}",
                    "question": " ".join(random.choice(WORDS, 2 + q)) + "?",
                    "is_impossible": impossible,
                    "answers": [] if impossible else [answer],
                }
            )
        paragraphs.append({"context": text, "qas": questions})
    return {"data": [{"paragraphs": paragraphs}]}


def examples_of(file):
    """Its questions, as transformers has them."""
    examples = []
    for paragraph in (paragraph for article in file["data"] for paragraph in article["paragraphs"]):
        for question in paragraph["qas"]:
            answer = question["answers"][0] if question["answers"] else {"text": None, "answer_start": None}
            examples.append(
                squad.SquadExample(
                    question["id"],
                    question["question"],
                    paragraph["context"],
                    answer["text"],
                    answer["answer_start"],
                    "",
                    is_impossible=question.get("is_impossible", False),
                )
            )
    return examples


def features_of(examples, tokenizer, cut):
    """The windows of all questions."""
    squad.squad_convert_example_to_features_init(tokenizer)
    features = []
    for e, example in enumerate(examples):
        for feature in squad.squad_convert_example_to_features(
            example, cut["length"], cut["stride"], cut["question_length"], "do_not_pad", is_training=True
        ):
            feature.example_index = e
            feature.unique_id = len(features)
            features.append(feature)
    return features


def predictions(examples, features, logits, tokenizer, impossible):
    """What is answered by logits."""
    results = [
        squad.SquadResult(f.unique_id, rows[:, 0].tolist(), rows[:, 1].tolist()) for f, rows in zip(features, logits)
    ]
    with tempfile.TemporaryDirectory() as folder:
        return squad_metrics.compute_predictions_logits(
            examples,
            features,
            results,
            RULES["n_best"],
            RULES["most_answer_pieces"],
            True,
            f"{folder}/predictions.json",
            f"{folder}/nbest.json",
            f"{folder}/odds.json",
            False,
            impossible,
            RULES["null_threshold"],
            tokenizer,
        )


def windows(random):
    """Windows of a made-up file, random logits, and what is answered by them."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + MARKS + ["?"] + WORDS
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "vocab.txt"
        path.write_text("\n".join(vocabulary) + "\n")
        tokenizer = BertTokenizer(str(path), do_lower_case=True)
    file = made_up_file(random)
    examples = examples_of(file)
    features = features_of(examples, tokenizer, CUT)
    logits = [np.round(random.normal(size=(len(f.input_ids), 2)), 3) for f in features]
    for rows in logits:
        rows[0] += 2.2
    return {
        "vocabulary": vocabulary,
        "file": file,
        "cut": CUT,
        "rules": RULES,
        "windows": [
            {
                "ids": f.input_ids,
                "token_types": f.token_type_ids,
                "span": [f.start_position, f.end_position],
                "context_begin": min(f.token_is_max_context),
                "most_context": [f.token_is_max_context[i] for i in sorted(f.token_is_max_context)],
                "logits": rows.tolist(),
            }
            for f, rows in zip(features, logits)
        ],
        "always_answered": predictions(examples, features, logits, tokenizer, False),
        "answered": predictions(examples, features, logits, tokenizer, True),
    }


def without_blanks_around(file):
    """The file without blanks around its questions, which are no text; transformers' run_qa takes those before them."""
    for paragraph in (paragraph for article in file["data"] for paragraph in article["paragraphs"]):
        for question in paragraph["qas"]:
            question["question"] = question["question"].strip()
    return file


def roberta():
    """RoBERTa's tokenizer of the vocabulary that ships."""
    with tempfile.TemporaryDirectory() as folder:
        for name, packed in (("vocab.json", "roberta/vocab.json.xz"), ("merges.txt", "gpt2/merges.txt.xz")):
            (pathlib.Path(folder) / name).write_bytes(lzma.open(f"data/vocab/{packed}").read())
        return RobertaTokenizer(f"{folder}/vocab.json", f"{folder}/merges.txt")


def shipped(tokenizer):
    """How the windows of a file that ships are made, in short. Where answers begin and end is told of BERT alone:
    of RoBERTa's words transformers does not take punctuation away."""
    with lzma.open(SHIPPED, "rt", encoding="utf-8") as packed:
        examples = examples_of(without_blanks_around(json.load(packed)))
    features = features_of(examples, tokenizer, SHIPPED_CUT)
    made = {
        "file": SHIPPED,
        "cut": SHIPPED_CUT,
        "questions": len(examples),
        "windows": len(features),
        "pieces": sum(len(f.input_ids) for f in features),
        "sum_of_places_times_ids": sum(i * piece for f in features for i, piece in enumerate(f.input_ids)),
    }
    if isinstance(tokenizer, BertTokenizer):
        made["with_answer"] = sum(f.start_position > 0 for f in features)
        made["sum_of_positions"] = sum(f.start_position + f.end_position for f in features)
    return made


def main():
    """Writes the file."""
    goldens = {
        "answers": answers(sys.argv[1]),
        "windows": windows(np.random.default_rng(5)),
        "shipped_bert": shipped(BertTokenizer("data/vocab/bert-base-uncased-vocab.txt", do_lower_case=True)),
        "shipped_roberta": shipped(roberta()),
    }
    text = json.dumps(goldens, ensure_ascii=False, separators=(",", ":")) + "\n"
    (HERE / "goldens.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
