// The operations of Encoder's forward pass.

#include <algorithm>
#include <set>

#include "framework/model/encoder.h"
#include "framework/model/last_rows/last_rows.h"

namespace retort {
namespace {

// Operations of a layer on so many positions, rows that leave it, and pairs of positions that attention connects.
double LayerFlops(const LayerSpec& layer, int64_t hidden_size, double tokens, double leaving, double pairs) {
  const AttentionSpec& attention = layer.attention;
  const FeedForwardSpec& feed_forward = layer.feed_forward;
  const double width = static_cast<double>(layer.inner_width(hidden_size));
  const double value_width = static_cast<double>(layer.value_width(hidden_size));
  const double inner = static_cast<double>(attention.heads * attention.head_size);
  const double matrices = static_cast<double>(feed_forward.networks * (feed_forward.gated ? 3 : 2));
  const double projections = layer.bottleneck.feeds_attention ? 2 : 3;
  const double around = projections * static_cast<double>(layer.bottleneck.width * hidden_size);
  const double entering = around + (width + value_width) * inner;
  const double remaining = 2 * width * inner + matrices * width * static_cast<double>(feed_forward.width);
  return 2 * (tokens * entering + leaving * remaining) + pairs * 4 * inner;
}

// How many rows leave the last layer. What labels and sequences both read is counted twice.
double LeavingRows(const LastRows& last, double tokens, const RowCounter& rows) {
  if (last.all) return tokens;
  const double read = (last.labelled ? rows(RowSet::kLabelled) : 0) +
                      ((last.first ? 1 : 0) + (last.final ? 1 : 0)) * rows(RowSet::kSequences);
  return read > 0 ? std::min(read, tokens) : tokens;
}

// Without rows that others of the same head hold.
std::set<HeadRows> WidestRows(std::set<HeadRows> rows) {
  if (rows.count({HeadKind::kVocabulary, RowSet::kReal}) > 0) rows.erase({HeadKind::kVocabulary, RowSet::kLabelled});
  return rows;
}

}  // namespace

PassSize PassSize::Of(const BatchMasks& masks) {
  PassSize size;
  size.sequences = static_cast<double>(masks.sequences());
  size.positions = static_cast<double>(masks.padded_length);
  for (int64_t length : masks.lengths) {
    size.tokens += static_cast<double>(length);
    size.pairs += static_cast<double>(length * length);
  }
  return size;
}

PassSize PassSize::OfEqual(double sequences, double positions, double length) {
  return {sequences, positions, sequences * length, sequences * length * length};
}

double Encoder::ForwardFlops(const PassSize& size, const Capture& capture, const RowCounter& rows) const {
  const double places = size.sequences * size.positions;
  const double tokens = capture.padding ? places : size.tokens;
  const double pairs = capture.padding ? places * size.positions : size.pairs;
  double flops = places * 2 * static_cast<double>(config_.hidden_size * ProjectionInputs(config_));
  for (int l = 1; l <= capture.Depth(config_.depth()); ++l) {
    const double leaving = l == config_.depth() ? LeavingRows(LastRows::Of(config_, capture), tokens, rows) : tokens;
    flops += LayerFlops(config_.layer(l), config_.hidden_size, tokens, leaving, pairs);
  }
  // Whether logits are computed or not, so that budgets of operations do not depend on how.
  for (const HeadRows& read : WidestRows(capture.head_rows())) {
    const Head head(config_, read.head);
    const bool every_position = read.rows == RowSet::kSequences && head.spec().pooling == Pooling::kNone;
    flops += head.Flops(rows(read.rows) * (every_position ? size.positions : 1));
  }
  return flops;
}

}  // namespace retort
