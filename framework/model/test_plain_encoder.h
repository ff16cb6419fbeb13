#ifndef RETORT_FRAMEWORK_MODEL_TEST_PLAIN_ENCODER_H_
#define RETORT_FRAMEWORK_MODEL_TEST_PLAIN_ENCODER_H_

#include <cmath>
#include <cstdint>
#include <string>

#include "ATen/ATen.h"
#include "framework/batch/batch.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/testing/fixtures.h"

namespace retort::testing {

// Random parameters of an encoder and its heads.
inline ParameterSet RandomParameters(const EncoderConfig& config, at::ScalarType dtype) {
  ParameterSet parameters(EncoderParameterSpecs(config), dtype, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs()) {
    const at::Tensor draws = RandomTensor(spec.shape, ++seed) * 0.3;
    parameters.Get(spec.name).copy_(spec.kind == ParameterKind::kNormScale ? 1 + draws : draws);
  }
  return parameters;
}

// The encoder without dropout, written down as its documentation says it.
struct PlainEncoder {
  const EncoderConfig& config;
  const ParameterSet& parameters;

  at::Tensor Embed(const Batch& batch) const {
    const at::Tensor hidden = parameters.Get("embeddings.word").index_select(0, batch.ids.flatten());
    return hidden.view({batch.sequences(), batch.positions(), -1}) +
           parameters.Get("embeddings.position").narrow(0, 0, batch.positions()) +
           parameters.Get("embeddings.token_type")[0];
  }

  at::Tensor Linear(const std::string& name, const at::Tensor& x) const {
    const at::Tensor y = x.matmul(parameters.Get(name + ".weight").t());
    return parameters.Has(name + ".bias") ? y + parameters.Get(name + ".bias") : y;
  }

  at::Tensor Norm(const std::string& name, const at::Tensor& x) const {
    return Norm(name, x, config.layer_norm_epsilon);
  }

  at::Tensor Norm(const std::string& name, const at::Tensor& x, double epsilon) const {
    const at::Tensor &scale = parameters.Get(name + ".scale"), &shift = parameters.Get(name + ".shift");
    if (config.norm_kind == NormKind::kElementwise) return x * scale + shift;
    const at::Tensor centred = x - x.mean(-1, /*keepdim=*/true);
    const at::Tensor variance = (centred * centred).mean(-1, /*keepdim=*/true);
    return centred / (variance + epsilon).sqrt() * scale + shift;
  }

  at::Tensor Attention(const AttentionSpec& spec, const std::string& name, const at::Tensor& x,
                       const at::Tensor& values, const Batch& batch) const {
    const auto cut = [&](const char* part, const at::Tensor& y) {
      return Linear(name + part, y).view({x.size(0), x.size(1), spec.heads, spec.head_size}).transpose(1, 2);
    };
    at::Tensor scores =
        cut(".query", x).matmul(cut(".key", x).transpose(-2, -1)) / std::sqrt(static_cast<double>(spec.head_size));
    scores = scores.masked_fill(batch.valid.logical_not().view({x.size(0), 1, 1, x.size(1)}), -INFINITY);
    if (spec.causal) scores = scores.masked_fill(at::ones_like(scores, at::kBool).triu(1), -INFINITY);
    const at::Tensor out = scores.softmax(-1).matmul(cut(".value", values)).transpose(1, 2).flatten(2, 3);
    return Linear(name + ".output", out);
  }

  at::Tensor FeedForward(const FeedForwardSpec& spec, const std::string& name, const at::Tensor& x) const {
    const auto act = [&](const at::Tensor& y) {
      if (spec.activation == Activation::kRelu) return y.relu();
      return spec.activation == Activation::kTanh ? y.tanh() : y * 0.5 * (1 + (y / std::sqrt(2.0)).erf());
    };
    const at::Tensor up = Linear(name + ".up", x);
    return Linear(name + ".down", spec.gated ? act(Linear(name + ".gate", x)) * up : act(up));
  }

  at::Tensor Bottleneck(const LayerSpec& layer, const std::string& name, const at::Tensor& x,
                        const Batch& batch) const {
    const auto narrow = [&](const std::string& part) { return Norm(part + ".norm", Linear(part, x)); };
    const bool feeds = layer.bottleneck.feeds_attention;
    const at::Tensor inner = narrow(name + ".bottleneck.input");
    const at::Tensor shared = feeds ? inner : narrow(name + ".bottleneck.attention");
    const std::string attention = name + ".attention", last = name + ".feed_forward";
    at::Tensor y =
        Norm(attention + ".norm", inner + Attention(layer.attention, attention, shared, feeds ? inner : x, batch));
    for (int64_t f = 1; f < layer.feed_forward.networks; ++f) {
      const std::string network = last + "." + std::to_string(f);
      y = Norm(network + ".norm", y + FeedForward(layer.feed_forward, network, y));
    }
    y = Norm(last + ".norm", y + FeedForward(layer.feed_forward, last, y), *config.outer_norm_epsilon);
    return Norm(name + ".bottleneck.output.norm", x + Linear(name + ".bottleneck.output", y));
  }

  at::Tensor Layer(int number, const at::Tensor& x, const Batch& batch) const {
    const LayerSpec& layer = config.layer(number);
    const std::string name = "layer." + std::to_string(number);
    const std::string attention = name + ".attention", feed_forward = name + ".feed_forward";
    if (layer.bottleneck.width > 0) return Bottleneck(layer, name, x, batch);
    if (layer.norm == NormPlacement::kPre) {
      const at::Tensor normed = Norm(attention + ".norm", x);
      const at::Tensor y = x + Attention(layer.attention, attention, normed, normed, batch);
      return y + FeedForward(layer.feed_forward, feed_forward, Norm(feed_forward + ".norm", y));
    }
    const at::Tensor y = Norm(attention + ".norm", x + Attention(layer.attention, attention, x, x, batch));
    return Norm(feed_forward + ".norm", y + FeedForward(layer.feed_forward, feed_forward, y));
  }
};

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_MODEL_TEST_PLAIN_ENCODER_H_
