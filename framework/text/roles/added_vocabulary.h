#ifndef RETORT_FRAMEWORK_TEXT_ROLES_ADDED_VOCABULARY_H_
#define RETORT_FRAMEWORK_TEXT_ROLES_ADDED_VOCABULARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/text/added_pieces.h"
#include "framework/text/vocabulary.h"

namespace retort {

// A model's pieces and those that are added to them, with the ids that Hugging Face's library gives: a piece that the
// model has keeps its id; a new one gets the number of the model's pieces, or the one behind the largest id of an added
// piece where that is beyond. The ids that files name beside added pieces tell their order and no more. For one thread.
class AddedVocabulary {
 public:
  explicit AddedVocabulary(Vocabulary model) : model_(std::move(model)) {}

  // Adds pieces, in this order; ids and in_model of `batch` are not looked at. One of a text that was added before
  // takes its place, one without text is left out. Errors, which begin with `where`: a new piece would get another's
  // id.
  absl::Status Add(const std::vector<AddedPiece>& batch, absl::string_view where);

  bool Has(const std::string& text) const { return index_.contains(text); }

  // The id of a piece, be it the model's or an added one.
  std::optional<int32_t> Id(const std::string& text) const;

  const Vocabulary& model() const { return model_; }
  const std::vector<AddedPiece>& pieces() const { return pieces_; }

  // The model's pieces and the others.
  Vocabulary Whole() const;

 private:
  int32_t NextId() const;
  bool IsTaken(int32_t id) const;

  Vocabulary model_;
  std::vector<AddedPiece> pieces_;
  absl::flat_hash_map<std::string, size_t> index_;  // in pieces_
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_ROLES_ADDED_VOCABULARY_H_
