#include "framework/init/initializer.h"

#include <cmath>
#include <string>

#include "ATen/Parallel.h"
#include "ATen/core/grad_mode.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/philox.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr int64_t kDrawsPerBlock = 4;
constexpr int64_t kBlocksPerTask = 4096;
constexpr double kTwoPi = 6.283185307179586476925286766559;

// Two standard normal draws (Box and Muller 1958) from two words; the first is moved into (0, 1].
void DrawNormals(uint32_t radius_bits, uint32_t angle_bits, double* normals) {
  constexpr double kScale = 1.0 / 4294967296.0;
  const double radius = std::sqrt(-2 * std::log((radius_bits + 1.0) * kScale));
  const double angle = kTwoPi * angle_bits * kScale;
  normals[0] = radius * std::cos(angle);
  normals[1] = radius * std::sin(angle);
}

// What the draws of a parameter are keyed by: its name. The language model's head has kept its first key, masked_lm, so
// that a seed gives the weights that it has always given.
std::string Purpose(const std::string& name) {
  constexpr absl::string_view kVocabulary = "head.vocabulary.";
  if (!absl::StartsWith(name, kVocabulary)) return absl::StrCat("initial weights of ", name);
  return absl::StrCat("initial weights of masked_lm.", absl::StripPrefix(name, kVocabulary));
}

// Fills `values` from N(0, range²); element i is a function of (seed, name, i) alone.
void FillNormal(uint64_t seed, double range, const std::string& name, float* values, int64_t size) {
  const std::string purpose = Purpose(name);
  const uint64_t stream = XXH64(purpose.data(), purpose.size(), 0);
  const PhiloxKey key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  const int64_t blocks = (size + kDrawsPerBlock - 1) / kDrawsPerBlock;
  at::parallel_for(0, blocks, kBlocksPerTask, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const PhiloxCounter bits = Philox4x32({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                                             static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                                            key);
      double normals[kDrawsPerBlock];
      DrawNormals(bits[0], bits[1], normals);
      DrawNormals(bits[2], bits[3], normals + 2);
      for (int64_t i = 0; i < kDrawsPerBlock && block * kDrawsPerBlock + i < size; ++i) {
        values[block * kDrawsPerBlock + i] = static_cast<float>(range * normals[i]);
      }
    }
  });
}

}  // namespace

void InitializeRandomNormal(uint64_t seed, double range, int64_t pad_token_id, ParameterSet* parameters) {
  at::NoGradGuard no_grad;
  for (const ParameterSpec& spec : parameters->specs()) {
    at::Tensor values = parameters->Get(spec.name).detach();
    CHECK(values.scalar_type() == at::kFloat && values.device().is_cpu()) << spec.name;
    switch (spec.kind) {
      case ParameterKind::kWeight:
        FillNormal(seed, range, spec.name, values.data_ptr<float>(), values.numel());
        break;
      case ParameterKind::kNormScale:
        values.fill_(1);
        break;
      case ParameterKind::kBias:
      case ParameterKind::kNormShift:
        values.zero_();
        break;
    }
    if (spec.name == "embeddings.word" && 0 <= pad_token_id && pad_token_id < values.size(0)) {
      values.select(0, pad_token_id).zero_();
    }
  }
}

}  // namespace retort
