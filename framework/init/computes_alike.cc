#include "framework/init/computes_alike.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

LayerSpec WithoutSizes(LayerSpec layer) {
  layer.attention.heads = layer.attention.head_size = layer.feed_forward.width = 0;
  layer.bottleneck.width = std::min<int64_t>(layer.bottleneck.width, 1);
  return layer;
}

bool EmbedAlike(const EncoderConfig& a, const EncoderConfig& b) {
  return a.position_offset == b.position_offset && a.embedding_norm == b.embedding_norm && a.trigrams == b.trigrams &&
         (a.embedding_size > 0) == (b.embedding_size > 0);
}

}  // namespace

absl::Status CheckComputesAlike(const EncoderConfig& student, const EncoderConfig& source, absl::string_view reader) {
  if (WithoutSizes(student.layers.front()) == WithoutSizes(source.layers.front()) && EmbedAlike(student, source) &&
      student.final_norm == source.final_norm && student.norm_kind == source.norm_kind) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(reader, ": want a student that computes as the model whose weights it gets, of family ",
                   source.family, ", got one of family ", student.family, "; name that family, or draw the weights"));
}

}  // namespace retort
