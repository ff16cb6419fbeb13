#ifndef RETORT_FRAMEWORK_MODEL_CAPTURE_H_
#define RETORT_FRAMEWORK_MODEL_CAPTURE_H_

#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/model/config/head_spec.h"

namespace retort {

// Rows of a head's logits.
struct HeadRows {
  HeadKind head = HeadKind::kVocabulary;
  RowSet rows = RowSet::kReal;

  friend bool operator<(const HeadRows& a, const HeadRows& b) {
    return std::tie(a.head, a.rows) < std::tie(b.head, b.rows);
  }
  friend bool operator==(const HeadRows& a, const HeadRows& b) { return a.head == b.head && a.rows == b.rows; }
};

// What to keep of a forward pass; also what a loss term demands.
struct Capture {
  std::set<int> hidden;       // Layers 0..L.
  std::set<int> attention;    // Layers 1..L: query, key, value.
  std::set<HeadRows> logits;  // Whose logits are read.
  // Positions of which what the vocabulary's decoder reads is wanted in the place of logits (RowLossTerm::gram_form).
  std::set<RowSet> decoder_inputs = {};
  // Whether hidden states and attention are read in padding too: then that is computed as well. Else they are 0 there.
  bool padding = false;
  // Whether rows of the last hidden state that no logits are read from may be left out, to be 0 (model/last_rows). Not
  // for a teacher of several students: what one of them reads would decide the last bits of what the others do.
  bool read_rows_only = false;

  // Adds what the other reads, to be computed as this one says.
  void Add(const Capture& other);
  bool empty() const { return hidden.empty() && attention.empty() && !ReadsHeads(); }
  // Whether logits of any head are read, or what its output reads.
  bool ReadsHeads() const { return !logits.empty() || !decoder_inputs.empty(); }
  // The same of this head.
  bool Reads(HeadKind head) const;
  // The rows of the heads that ReadsHeads means.
  std::set<HeadRows> head_rows() const;
  // The last layer that has to be computed: `layers` if heads are read.
  int Depth(int layers) const;
};

// What a layer's self-attention computes its scores from. Tensors are [B, A, S, d].
class AttentionState {
 public:
  AttentionState() = default;
  AttentionState(at::Tensor query, at::Tensor key, at::Tensor value, at::Tensor valid, bool causal = false)
      : query_(std::move(query)),
        key_(std::move(key)),
        value_(std::move(value)),
        valid_(std::move(valid)),
        causal_(causal) {}

  const at::Tensor& query() const { return query_; }
  const at::Tensor& key() const { return key_; }
  const at::Tensor& value() const { return value_; }
  // [B, S] bool: positions that are not padding. A pair (query, key) is valid if both are, and if the key is not after
  // the query where attention is causal.
  const at::Tensor& valid() const { return valid_; }
  bool causal() const { return causal_; }

 private:
  at::Tensor query_, key_, value_, valid_;
  bool causal_ = false;
};

// What was kept of a forward pass. Padding holds 0, unless Capture::padding says that it is read.
struct ModelOutputs {
  std::map<int, at::Tensor> hidden;         // [B, S, H] by layer.
  std::map<int, AttentionState> attention;  // By layer.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_CAPTURE_H_
