#include "framework/init/computes_alike.h"

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

LayerSpec WithoutSizes(LayerSpec layer) {
  layer.attention.heads = layer.attention.head_size = layer.feed_forward.width = 0;
  return layer;
}

}  // namespace

absl::Status CheckComputesAlike(const EncoderConfig& student, const EncoderConfig& source, absl::string_view reader) {
  if (WithoutSizes(student.layers.front()) == WithoutSizes(source.layers.front()) &&
      student.position_offset == source.position_offset && student.embedding_norm == source.embedding_norm &&
      student.final_norm == source.final_norm) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(reader, ": want a student that computes as the model whose weights it gets, of family ",
                   source.family, ", got one of family ", student.family, "; name that family, or draw the weights"));
}

}  // namespace retort
