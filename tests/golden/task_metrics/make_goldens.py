#!/usr/bin/env python3
"""Writes goldens.json.xz: predictions, and how scikit-learn and SciPy score them, with and without each example.

From the repository's root, in an environment with `pip install scikit-learn==1.5.2 scipy==1.14.1 numpy==1.26.4`:
    python3 tests/golden/task_metrics/make_goldens.py
"""

import json
import lzma
import pathlib
import warnings

import numpy as np
import scipy.special
import scipy.stats
import sklearn.metrics

HERE = pathlib.Path(__file__).resolve().parent


def without_each(statistic, *sides):
    """The statistic of all examples but one, for each."""
    everything = np.arange(len(sides[0]))
    return [float(statistic(*(side[everything != e] for side in sides))) for e in everything]


def classification(labels, logits):
    """The scores of logits that tell the class with the largest one."""
    classes = logits.shape[1]
    told = logits.argmax(axis=1)

    def f1(a, b, of_class):
        return sklearn.metrics.f1_score(a, b, labels=[of_class], average="macro", zero_division=0)

    def macro_f1(a, b):
        return sklearn.metrics.f1_score(a, b, average="macro", zero_division=0)

    matthews = sklearn.metrics.matthews_corrcoef
    probabilities = scipy.special.softmax(logits, axis=1)
    return {
        "labels": labels.tolist(),
        "logits": logits.tolist(),
        "accuracy": sklearn.metrics.accuracy_score(labels, told),
        "f1": [float(f1(labels, told, k)) for k in range(classes)],
        "macro_f1": float(macro_f1(labels, told)),
        "matthews": float(matthews(labels, told)),
        "cross_entropy": sklearn.metrics.log_loss(labels, probabilities, labels=range(classes)),
        "without_each": {
            "f1": without_each(lambda a, b: f1(a, b, classes - 1), labels, told),
            "macro_f1": without_each(macro_f1, labels, told),
            "matthews": without_each(matthews, labels, told),
        },
    }


def regression(scores, predictions):
    """The scores of predicted numbers."""

    def pearson(a, b):
        return scipy.stats.pearsonr(a, b).statistic

    def spearman(a, b):
        return scipy.stats.spearmanr(a, b).statistic

    return {
        "scores": scores.tolist(),
        "predictions": predictions.tolist(),
        "pearson": float(pearson(scores, predictions)),
        "spearman": float(spearman(scores, predictions)),
        "mean_squared_error": sklearn.metrics.mean_squared_error(scores, predictions),
        "without_each": {
            "pearson": without_each(pearson, scores, predictions),
            "spearman": without_each(spearman, scores, predictions),
        },
    }


def classification_cases(random):
    """Labels with logits that lean towards them."""

    def logits(labels, classes, leaning):
        noise = random.normal(size=(len(labels), classes))
        return np.round(noise + leaning * np.eye(classes)[labels], 3)

    two = random.integers(0, 2, 80)
    rare = (random.random(60) < 0.1).astype(int)
    five = random.integers(0, 5, 70)
    never_told = logits(five, 5, 1.5)
    never_told[:, 3] -= 20
    never_a_label = np.where(five == 2, 1, five)
    same = np.zeros(20, dtype=int)
    return {
        "two_classes": classification(two, logits(two, 2, 1.0)),
        "a_rare_class": classification(rare, logits(rare, 2, 1.5)),
        "five_classes": classification(five, logits(five, 5, 1.5)),
        "a_class_is_never_told": classification(five, never_told),
        "a_class_is_never_a_label": classification(never_a_label, logits(never_a_label, 5, 1.0)),
        "a_class_is_neither": classification(never_a_label, logits(never_a_label, 5, 1.0) - 20 * np.eye(5)[2]),
        "all_are_of_one_class": classification(same, logits(same, 2, 0.5)),
        "all_are_told_one_class": classification(two, logits(two, 2, 0.0) + np.array([20.0, 0.0])),
        "one_class_and_told": classification(same, logits(same, 2, 20.0)),
    }


def regression_cases(random):
    """Scores with predictions that lean towards them."""
    fine = random.random(60) * 5
    coarse = np.round(random.random(80) * 5 * 2) / 2
    far = fine.copy()
    far[7] = 1e6
    return {
        "scores": regression(fine, np.round(fine + random.normal(size=60), 4)),
        "equal_scores": regression(coarse, np.round(coarse + random.normal(size=80), 0)),
        "far_from_all_others": regression(far, np.round(fine + random.normal(size=60), 4)),
        "against_it": regression(fine, np.round(-fine + 0.3 * random.normal(size=60), 4)),
        "around_a_large_number": regression(fine, 1000 + np.round(fine + random.normal(size=60), 4)),
    }


def main():
    """Writes the file."""
    warnings.simplefilter("ignore")  # Of what is not defined, and so 0.
    random = np.random.default_rng(5)
    goldens = {"classification": classification_cases(random), "regression": regression_cases(random)}
    text = json.dumps(goldens, separators=(",", ":")) + "\n"
    (HERE / "goldens.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
