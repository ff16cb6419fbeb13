// The row head against plain autograd over the logits of all rows at once.

#include "framework/train/objective/row_head.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/addmm.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/exp.h"
#include "ATen/ops/gather.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/ones_like.h"
#include "ATen/ops/sum.h"
#include "ATen/ops/zeros.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;
using testing::SmallEncoder;

enum class Kind { kLabels, kDivergence, kSquares, kGramSquares };

// One term: Σ over rows of -log softmax(s)[y], τ² KL(softmax(t/τ) || softmax(s/τ)) or |s - t|².
struct Term {
  Kind kind;
  double weight;
  RowSet rows;
  double temperature = 1;
};

struct Case {
  const char* name;
  std::vector<Term> terms;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const Case kCases[] = {
    {"Labels", {{Kind::kLabels, 2, RowSet::kLabelled}}},
    {"DivergenceAndLabels", {{Kind::kDivergence, 5, RowSet::kReal, 2}, {Kind::kLabels, 2, RowSet::kLabelled}}},
    {"MaskedDivergenceAndLabels",
     {{Kind::kDivergence, 5, RowSet::kLabelled, 2}, {Kind::kLabels, 2, RowSet::kLabelled}}},
    {"TwoTemperatures",
     {{Kind::kDivergence, 5, RowSet::kReal, 2},
      {Kind::kDivergence, 3, RowSet::kReal, 4},
      {Kind::kLabels, 2, RowSet::kLabelled}}},
    {"OneTemperatureTwice", {{Kind::kDivergence, 5, RowSet::kReal, 2}, {Kind::kDivergence, 3, RowSet::kReal, 2}}},
    {"TwoRowSets",
     {{Kind::kLabels, 1, RowSet::kLabelled},
      {Kind::kDivergence, 5, RowSet::kLabelled, 2},
      {Kind::kDivergence, 3, RowSet::kReal, 2}}},
    {"Squares",
     {{Kind::kSquares, 0.1, RowSet::kReal},
      {Kind::kDivergence, 1, RowSet::kReal, 3},
      {Kind::kLabels, 2, RowSet::kLabelled}}},
    {"GramSquares", {{Kind::kGramSquares, 0.1, RowSet::kReal}}},
    {"TwoGramSquares",
     {{Kind::kGramSquares, 0.1, RowSet::kReal},
      {Kind::kGramSquares, 0.3, RowSet::kReal},
      {Kind::kGramSquares, 0.2, RowSet::kLabelled}}},
    {"GramSquaresAndLabels", {{Kind::kLabels, 2, RowSet::kLabelled}, {Kind::kGramSquares, 0.1, RowSet::kReal}}},
    {"SquaresOfOtherRows", {{Kind::kDivergence, 1, RowSet::kReal, 3}, {Kind::kSquares, 0.1, RowSet::kLabelled}}},
};

std::string LossText(const Term& term, size_t index) {
  std::ostringstream text;
  text << "loss { name: \"term" << index << "\" weight: " << term.weight << " ";
  const char* rows = term.rows == RowSet::kReal ? "ALL" : "LABELLED";
  switch (term.kind) {
    case Kind::kLabels:
      text << "masked_lm {}";
      break;
    case Kind::kDivergence:
      text << "soft_targets { temperature: " << term.temperature << " rows: " << rows << " }";
      break;
    case Kind::kSquares:
      text << "logit_mse { rows: " << rows << " }";
      break;
    case Kind::kGramSquares:
      text << "logit_mse { rows: " << rows << " form: GRAM }";
      break;
  }
  return text.str() + " } ";
}

at::Tensor LogitsOf(const Encoder& encoder, const ParameterSet& parameters, const at::Tensor& hidden,
                    const at::Tensor& rows) {
  const at::Tensor selected = hidden.reshape({-1, hidden.size(-1)}).index_select(0, rows);
  return at::addmm(parameters.Get("head.vocabulary.decoder.bias"),
                   encoder.head(HeadKind::kVocabulary).Transform(parameters, selected),
                   parameters.Get("embeddings.word").t());
}

// What the row head has to give, over [n, V] logits of the rows the term reads.
at::Tensor ReferenceSum(const Term& term, const at::Tensor& s, const at::Tensor& t, const at::Tensor& labels) {
  switch (term.kind) {
    case Kind::kLabels:
      return -at::sum(at::gather(at::log_softmax(s, -1), 1, labels.unsqueeze(1)));
    case Kind::kDivergence: {
      const double tau = term.temperature;
      const at::Tensor log_s = at::log_softmax(s / tau, -1), log_t = at::log_softmax(t / tau, -1);
      return tau * tau * at::sum(at::exp(log_t) * (log_t - log_s));
    }
    default:
      return at::sum((s - t) * (s - t));
  }
}

// Sequences of which chunks of three rows have none, one or two labels.
StepBatch TestStep() { return testing::RandomStepBatch({9, 1, 1, 1, 6, 3}, 4); }

struct Result {
  std::vector<double> sums;
  std::map<std::string, at::Tensor> gradients;  // By parameter, float64.
};

Result TakeGradients(const ParameterSet& parameters, std::vector<double> sums) {
  Result result{std::move(sums), {}};
  for (const ParameterSpec& spec : parameters.specs()) {
    result.gradients[spec.name] = parameters.Gradient(spec.name).to(at::kDouble);
  }
  return result;
}

class RowHead : public ::testing::TestWithParam<Case> {
 protected:
  RowHead()
      : teacher_(SmallEncoder(3)),
        student_(SmallEncoder(2)),
        teacher_parameters_(testing::RandomModel(teacher_.config(), 1)),
        initial_(testing::RandomModel(student_.config(), 2)),
        batch_(testing::WholeBatch(TestStep())) {}

  std::vector<double> Scales(const Case& c) const {
    std::vector<double> scales;
    for (const Term& term : c.terms) scales.push_back(term.weight / static_cast<double>(batch_.masks.Rows(term.rows)));
    return scales;
  }

  // The last hidden state; with its graph if the parameters want gradients.
  at::Tensor Hidden(const Encoder& encoder, const ParameterSet& parameters) const {
    Capture capture;
    capture.hidden.insert(encoder.config().depth());
    return encoder.Forward(parameters, batch_, capture, std::nullopt).hidden.begin()->second;
  }

  Result Expected(const Case& c) const {
    ParameterSet student = initial_.To(at::kDouble, c10::Device(at::kCPU));
    student.EnableGradients();
    const ParameterSet teacher = teacher_parameters_.To(at::kDouble, c10::Device(at::kCPU));
    const at::Tensor hidden = Hidden(student_, student), taught = Hidden(teacher_, teacher);
    const std::vector<double> scales = Scales(c);
    std::vector<double> sums;
    at::Tensor loss = at::zeros({}, at::kDouble);
    for (size_t i = 0; i < c.terms.size(); ++i) {
      const at::Tensor& rows = batch_.rows(c.terms[i].rows);
      const at::Tensor sum =
          ReferenceSum(c.terms[i], LogitsOf(student_, student, hidden, rows), LogitsOf(teacher_, teacher, taught, rows),
                       batch_.labels.reshape({-1}).index_select(0, rows));
      sums.push_back(sum.item<double>());
      loss = loss + scales[i] * sum;
    }
    torch::autograd::backward({loss}, {});
    return TakeGradients(student, std::move(sums));
  }

  Result Got(const Case& c, int64_t chunk_rows, c10::ScalarType dtype) const {
    std::string losses;
    for (size_t i = 0; i < c.terms.size(); ++i) losses += LossText(c.terms[i], i);
    const Objective objective =
        testing::MakeObjective(testing::MakeStage(losses), student_.config(), &teacher_.config());
    ParameterSet student = initial_.To(dtype, c10::Device(at::kCPU));
    student.EnableGradients();
    const ParameterSet teacher = teacher_parameters_.To(dtype, c10::Device(at::kCPU));
    const at::Tensor taught = Hidden(teacher_, teacher), hidden = Hidden(student_, student);
    std::vector<double> sums(c.terms.size());
    std::vector<at::Tensor> roots, gradients;
    for (const RowGroup& group : objective.row_groups()) {
      const auto run = [&]() -> absl::StatusOr<RowHeadResult> {
        if (group.gram) {
          const ops::LinearRows rows = TeacherDecoderRows(teacher_, teacher, batch_, taught, group.rows.rows);
          return RunGramHead(student_, student, batch_, hidden, objective, group, rows, Scales(c));
        }
        LogitChunks logits;
        if (group.reads_teacher) logits = TeacherLogits(teacher_, teacher, batch_, taught, group.rows, chunk_rows);
        return RunRowHead(student_, student, batch_, hidden, objective, group, logits, Scales(c), chunk_rows,
                          std::nullopt);
      };
      const auto head = run();
      EXPECT_THAT(head, IsOk());
      roots.push_back(head->root);
      gradients.push_back(head->root_gradient);
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += head->sums[i].item<double>();
    }
    torch::autograd::backward(roots, gradients);
    return TakeGradients(student, std::move(sums));
  }

  void ExpectClose(const Result& got, const Result& expected, double tolerance) const {
    ASSERT_EQ(got.sums.size(), expected.sums.size());
    for (size_t i = 0; i < got.sums.size(); ++i) {
      EXPECT_NEAR(got.sums[i], expected.sums[i], tolerance * (1 + std::abs(expected.sums[i]))) << "term " << i;
    }
    for (const auto& [name, gradient] : expected.gradients) {
      EXPECT_THAT(got.gradients.at(name), IsCloseTo(gradient, tolerance)) << name;
    }
  }

  const Encoder teacher_, student_;
  const ParameterSet teacher_parameters_, initial_;
  const Batch batch_;
};

TEST_P(RowHead, EqualsAutogradOverAllLogits) {
  const Result expected = Expected(GetParam());
  for (const int64_t chunk_rows : {1, 3, 1000}) {
    SCOPED_TRACE(chunk_rows);
    ExpectClose(Got(GetParam(), chunk_rows, at::kDouble), expected, 1e-12);
    ExpectClose(Got(GetParam(), chunk_rows, at::kFloat), expected, 1e-5);
  }
}

TEST_P(RowHead, IsWithinRoundingInBfloat16) {
  const Result expected = Expected(GetParam());
  const Result got = Got(GetParam(), 3, at::kBFloat16);
  for (size_t i = 0; i < got.sums.size(); ++i) EXPECT_NEAR(got.sums[i] / expected.sums[i], 1, 0.05) << "term " << i;
  for (const char* name : {"embeddings.word", "head.vocabulary.decoder.bias"}) {
    const at::Tensor &want = expected.gradients.at(name), &have = got.gradients.at(name);
    EXPECT_LT((have - want).norm().item<double>(), 0.05 * want.norm().item<double>()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, RowHead, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

// The decoder's matrix is the table of word embeddings: a piece that no sequence holds gets its gradient from the
// logits alone, and the others from both.
TEST_F(RowHead, WordEmbeddingsGetTheDecodersGradientAndTheInputs) {
  constexpr int64_t kAbsent = 0;  // Padding is at no real position.
  const at::Tensor both = Got(kCases[1], 3, at::kFloat).gradients.at("embeddings.word");
  EXPECT_GT(both[kAbsent].norm().item<double>(), 1e-3);

  ParameterSet student = initial_.To(at::kFloat, c10::Device(at::kCPU));
  student.EnableGradients();
  const at::Tensor hidden = Hidden(student_, student).reshape({-1, student_.config().hidden_size});
  torch::autograd::backward({hidden.index_select(0, batch_.real_rows).sum()}, {});
  const at::Tensor inputs = student.Gradient("embeddings.word");
  EXPECT_EQ(inputs[kAbsent].norm().item<double>(), 0);
  EXPECT_GT(inputs.norm().item<double>(), 0);
}

TEST_F(RowHead, TeacherLogitsComeInChunksInTheOrderOfRows) {
  const at::Tensor hidden = Hidden(teacher_, teacher_parameters_);
  const LogitChunks chunks =
      TeacherLogits(teacher_, teacher_parameters_, batch_, hidden, {HeadKind::kVocabulary, RowSet::kReal}, 8);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[0].size(0), 8);
  EXPECT_EQ(chunks[2].size(0), 5);
  EXPECT_THAT(at::cat(chunks), IsCloseTo(LogitsOf(teacher_, teacher_parameters_, hidden, batch_.real_rows), 1e-5));
  EXPECT_FALSE(chunks[0].requires_grad());
}

}  // namespace
}  // namespace retort
