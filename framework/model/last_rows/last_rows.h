#ifndef RETORT_FRAMEWORK_MODEL_LAST_ROWS_LAST_ROWS_H_
#define RETORT_FRAMEWORK_MODEL_LAST_ROWS_LAST_ROWS_H_

#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "framework/ops/packing/packing.h"

namespace retort {

// Which rows of the last hidden state are computed: all, or those that logits are read from. A layer needs the keys and
// values of every position, but its queries, its attention's output and its feed-forward networks only for rows that
// leave it.
struct LastRows {
  bool all = false;       // Nothing else is looked at then.
  bool labelled = false;  // The labelled positions.
  bool first = false;     // The first position of each sequence.
  bool final = false;     // The last real position of each sequence.

  // All rows unless Capture::read_rows_only is set. Even so all where the last layer's hidden state or attention is
  // read by itself, or a head reads every position or their mean; and where the last layer has a bottleneck, whose
  // parts read its input side by side.
  static LastRows Of(const EncoderConfig& config, const Capture& capture);

  // Their places among those of `packing`; `packing` itself if they are all or none.
  ops::Packing Of(const Batch& batch, const ops::Packing& packing) const;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_LAST_ROWS_LAST_ROWS_H_
