#!/usr/bin/env python3
"""Writes goldens.json: what tensorboard's package gives for the sweep of hparams_test.cc, by tag, in hexadecimal.

From the repository's root, in an environment with `pip install tensorboard==2.21.0`:
    python3 framework/report/watch/tensorboard/make_goldens.py
"""

import json
import pathlib

from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2

NOW, SECONDS = 1_000_000, 10
RATE, LOSS = "stage.distil.adamw.learning_rate", "stage.distil.loss.ce"


def summary(tag, data):
    """As summary_v2 makes all of its own."""
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(
        tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR)])


def experiment():
    numbers, words = api_pb2.DATA_TYPE_FLOAT64, api_pb2.DATA_TYPE_STRING
    parameters = {"variant": words, RATE: numbers, LOSS: words}
    metric = summary_v2.Metric("final/eval/m/cross_entropy", display_name="cross-entropy").as_proto()
    return summary(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=api_pb2.Experiment(
        time_created_secs=NOW, metric_infos=[metric],
        hparam_infos=[api_pb2.HParamInfo(name=name, type=kind) for name, kind in parameters.items()])))


def session_start():
    start = plugin_data_pb2.SessionStartInfo(group_name="a", start_time_secs=NOW - SECONDS)
    start.hparams[RATE].number_value = 0.002
    for name, value in {"variant": "a", LOSS: "5"}.items():
        start.hparams[name].string_value = value
    return summary(
        metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start))


def session_end():
    end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=NOW)
    return summary(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end))


def main():
    values = [of.value[0] for of in (experiment(), session_start(), session_end())]
    goldens = {value.tag: value.SerializeToString().hex() for value in values}
    path = pathlib.Path(__file__).resolve().parent / "goldens.json"
    path.write_text(json.dumps(goldens, indent=1) + "\n")


if __name__ == "__main__":
    main()
