// The last layer's read rows alone against all of its rows: values, gradients, dropout and operations.

#include "framework/model/last_rows/last_rows.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/tensor.h"
#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/encoder.h"
#include "framework/model/head.h"
#include "framework/model/test_plain_encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::RandomParameters;
using testing::RandomTensor;

constexpr int kLayers = 2;
constexpr HeadRows kPieces{HeadKind::kVocabulary, RowSet::kLabelled};
constexpr HeadRows kClasses{HeadKind::kClasses, RowSet::kSequences};

struct Setting {
  std::set<HeadRows> logits = {kPieces};
  std::string family = "bert";
  Pooling pooling = Pooling::kPooler;
  std::optional<Dropout> dropout;
  bool causal = false;
  bool all_valid = false;
};

EncoderConfig ConfigOf(const Setting& setting) {
  EncoderConfig config = testing::SmallModel(setting.family, kLayers, {HeadKind::kVocabulary, HeadKind::kClasses});
  if (setting.causal) testing::MakeCausal(&config);
  FindHead(&config, HeadKind::kClasses)->pooling = setting.pooling;
  config.pooler = setting.pooling == Pooling::kPooler;
  return config;
}

// One sequence is full, one is of a single position, which carries no label.
Batch BatchOf(const Setting& setting) {
  return testing::WholeBatch(setting.all_valid ? testing::RandomStepBatch({9, 9, 9}, 1)
                                               : testing::RandomStepBatch({5, 9, 1, 7}, 1));
}

Capture Reading(const Setting& setting, bool read_rows_only) {
  Capture capture;
  capture.hidden = {kLayers - 1};
  capture.attention = {kLayers - 1};
  capture.logits = setting.logits;
  capture.read_rows_only = read_rows_only;
  return capture;
}

struct Result {
  at::Tensor last;      // [B, S, H]
  at::Tensor read;      // What the heads read of it, one value after the other.
  at::Tensor gradient;  // Of a sum over that and over the layer below.
};

Result Run(const Setting& setting, at::ScalarType type, bool read_rows_only) {
  const Encoder encoder(ConfigOf(setting));
  ParameterSet parameters = RandomParameters(encoder.config(), type);
  parameters.EnableGradients();
  const Batch batch = BatchOf(setting);
  const ModelOutputs outputs = encoder.Forward(parameters, batch, Reading(setting, read_rows_only), setting.dropout);
  Result result;
  const at::Tensor last = outputs.hidden.at(kLayers), &below = outputs.hidden.at(kLayers - 1);
  at::Tensor read = last.new_zeros({0});
  for (const HeadRows& rows : setting.logits) {
    const at::Tensor more = rows.rows == RowSet::kSequences
                                ? encoder.head(rows.head).BatchLogits(parameters, batch, last, setting.dropout)
                                : last.flatten(0, 1).index_select(0, batch.rows(rows.rows));
    read = at::cat({read, more.flatten()});
  }
  at::Tensor sum = (read * RandomTensor({read.size(0)}, 1, type)).sum();
  sum = sum + (below * RandomTensor(below.sizes().vec(), 2, type)).sum();
  sum.backward();
  return {last.detach(), read.detach(), parameters.flat_gradient().clone()};
}

// How many rows are not 0.
int64_t ComputedRows(const at::Tensor& last) { return last.abs().sum(-1).ne(0).sum().item<int64_t>(); }

// `computed`: how many rows of the last hidden state are.
void ExpectSameAsAllRows(const Setting& setting, int64_t computed) {
  for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-6)}) {
    const Result chosen = Run(setting, type, true), all = Run(setting, type, false);
    EXPECT_EQ(ComputedRows(chosen.last), computed);
    EXPECT_EQ(ComputedRows(all.last), BatchOf(setting).real_rows.size(0));
    EXPECT_THAT(chosen.read, IsCloseTo(all.read, 5 * tolerance));
    const double largest = all.gradient.abs().max().item<double>();
    EXPECT_THAT(chosen.gradient / largest, IsCloseTo(all.gradient / largest, tolerance));
  }
}

int64_t Labelled(const Setting& setting) { return BatchOf(setting).labelled_rows.size(0); }

TEST(LastRows, LabelledRowsAreWhatTheyAreAmongAll) {
  Setting setting;
  ExpectSameAsAllRows(setting, Labelled(setting));
  setting.all_valid = true;
  ExpectSameAsAllRows(setting, Labelled(setting));
}

TEST(LastRows, FirstRowsAreWhatTheyAreAmongAll) {
  for (const char* family : {"bert", "distilbert", "roberta"}) {
    SCOPED_TRACE(family);
    Setting setting;
    setting.family = family;
    setting.logits = {kClasses};
    setting.pooling = setting.family == "bert" ? Pooling::kPooler : Pooling::kFirst;
    ExpectSameAsAllRows(setting, 4);
    setting.all_valid = true;
    ExpectSameAsAllRows(setting, 3);
  }
}

TEST(LastRows, DropTheSame) {
  Setting setting;
  setting.dropout = Dropout{7};
  ExpectSameAsAllRows(setting, Labelled(setting));
  setting.logits = {kClasses};
  ExpectSameAsAllRows(setting, 4);
  setting.logits = {kPieces, kClasses};
  ExpectSameAsAllRows(setting, Labelled(setting) + 4);  // No first position carries a label.
}

// The norm before the parts, causal attention and a final norm; a sequence's only position is its first and its last.
TEST(LastRows, FinalPositionsOfCausalModels) {
  Setting setting;
  setting.family = "gpt2";
  setting.causal = true;
  setting.pooling = Pooling::kLast;
  setting.logits = {kClasses};
  ExpectSameAsAllRows(setting, 4);
  setting.dropout = Dropout{7};
  ExpectSameAsAllRows(setting, 4);
}

TEST(LastRows, PositionsThatTwoHeadsReadAreComputedOnce) {
  LastRows rows;
  rows.first = rows.final = true;
  const Batch batch = BatchOf({});
  ops::Packing packing;
  packing.lengths = batch.masks.lengths;
  packing.positions = batch.positions();
  packing.rows = batch.real_rows;
  const at::Tensor places = rows.Of(batch, packing).rows;  // Of lengths 5, 9, 1 and 7, padded to 9.
  EXPECT_TRUE(places.equal(at::tensor({0, 4, 9, 17, 18, 27, 33}, at::kLong)));
}

// Where something reads every row, or their mean, all are computed, to the same bits.
TEST(LastRows, AllRowsWhereSomethingReadsThem) {
  const auto all = [](const Setting& setting, const Capture& capture) {
    return LastRows::Of(ConfigOf(setting), capture).all;
  };
  const Setting pieces;
  EXPECT_FALSE(all(pieces, Reading(pieces, true)));
  EXPECT_TRUE(all(pieces, Reading(pieces, false)));
  Capture capture = Reading(pieces, true);
  capture.hidden.insert(kLayers);
  EXPECT_TRUE(all(pieces, capture)) << "the last hidden state";
  capture = Reading(pieces, true);
  capture.attention.insert(kLayers);
  EXPECT_TRUE(all(pieces, capture)) << "the last layer's attention";
  capture = Reading(pieces, true);
  capture.logits.insert({HeadKind::kVocabulary, RowSet::kReal});
  EXPECT_TRUE(all(pieces, capture)) << "logits of every row";
  Setting classes;
  classes.logits = {kClasses};
  classes.pooling = Pooling::kMean;
  EXPECT_TRUE(all(classes, Reading(classes, true))) << "their mean";
  classes.pooling = Pooling::kNone;
  EXPECT_TRUE(all(classes, Reading(classes, true))) << "every position";
}

TEST(LastRows, AllRowsInABottleneck) {
  EncoderConfig config = testing::SmallEncoder(kLayers);
  config.layers.back().bottleneck.width = 4;
  EXPECT_TRUE(LastRows::Of(config, Reading({}, true)).all);
}

// A micro-batch may have no label at all.
TEST(LastRows, AllRowsWhereNoneIsRead) {
  Setting setting;
  LastRows rows;
  rows.labelled = true;
  Batch batch = BatchOf(setting);
  batch.labelled_places.clear();
  ops::Packing packing;
  packing.rows = batch.real_rows;
  EXPECT_TRUE(rows.Of(batch, packing).rows.is_same(batch.real_rows));
}

// Lengths 5 and 3: 8 rows, of 5² + 3² pairs, H = 8 and I = 16. Per row 2·2·8² in keys and values, and as much in
// queries and the attention's output with 2·2·8·16 in the feed-forward network; 2·2·8 per pair.
TEST(LastRows, OperationsAreThoseOfTheRowsThatLeave) {
  const EncoderConfig config = testing::SmallModel("bert", kLayers, {HeadKind::kVocabulary, HeadKind::kClasses});
  const Encoder encoder(config);
  const PassSize size = PassSize::Of(testing::WholeBatch(testing::RandomStepBatch({5, 3}, 1)).masks);
  const auto flops = [&](const std::set<HeadRows>& logits, double labelled) {
    Capture capture;
    capture.logits = logits;
    capture.read_rows_only = true;
    const RowCounter rows = [&](RowSet set) { return set == RowSet::kLabelled ? labelled : 2.0; };
    double heads = 0;
    for (const HeadRows& read : logits) heads += encoder.head(read.head).Flops(rows(read.rows));
    return encoder.ForwardFlops(size, capture, rows) - heads;
  };
  const double entering = 256, leaving = 256 + 512, pairs = 34.0 * 32, first_layer = 8 * (entering + leaving) + pairs;
  EXPECT_EQ(flops({kPieces}, 3), first_layer + 8 * entering + 3 * leaving + pairs);
  EXPECT_EQ(flops({kClasses}, 3), first_layer + 8 * entering + 2 * leaving + pairs);
  EXPECT_EQ(flops({kClasses, kPieces}, 3), first_layer + 8 * entering + 5 * leaving + pairs);
  EXPECT_EQ(flops({kPieces}, 0), 2 * first_layer);
}

}  // namespace
}  // namespace retort
