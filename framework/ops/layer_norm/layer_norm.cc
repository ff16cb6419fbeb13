#include "framework/ops/layer_norm/layer_norm.h"

#include <optional>

#include "framework/ops/dropout/row_draws.h"
#include "framework/ops/layer_norm/layer_norm_device.h"
#include "framework/ops/layer_norm/layer_norm_host.h"
#include "framework/ops/layer_norm/norm_tensors.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

NormOutputs Forward(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                    const RowDraws& draws) {
  return x.device().is_cpu() ? LayerNormOnHost(x, skip, parameters, draws)
                             : LayerNormOnDevice(x, skip, parameters, draws);
}

NormGradients Backward(const at::Tensor& gradient, const NormOutputs& outputs, const at::Tensor& scale,
                       const RowDraws& draws) {
  return gradient.device().is_cpu() ? LayerNormGradientsOnHost(gradient, outputs, scale, draws)
                                    : LayerNormGradientsOnDevice(gradient, outputs, scale, draws);
}

// Draws its bits again for the backward pass instead of storing them. REQUIRES: skip has a value, which may be
// undefined.
class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const std::optional<at::Tensor>& skip, const at::Tensor& scale, const at::Tensor& shift,
                            double epsilon, const RowDropout& dropout, const RowPlaces& places) {
    const RowDraws draws(dropout.rate, dropout.site, places);
    if (draws.drops()) CHECK(dropout.site.sample_ids.device() == x.device());
    const NormOutputs outputs = Forward(x, *skip, {scale, shift, epsilon}, draws);
    context->save_for_backward({scale, outputs.sum, outputs.mean, outputs.inverse});
    context->saved_data["has_skip"] = skip->defined();
    context->saved_data["rate"] = dropout.rate;
    Save(dropout.site, context);
    Save(places, context);
    return outputs.y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list output_gradients) {
    const auto saved = context->get_saved_variables();
    const DropoutSite site = SavedSite(context);
    const RowPlaces places = SavedPlaces(context);
    const RowDraws draws(context->saved_data["rate"].toDouble(), site, places);
    NormGradients gradients =
        Backward(output_gradients[0].contiguous(), {/*y=*/{}, saved[1], saved[2], saved[3]}, saved[0], draws);
    if (!context->saved_data["has_skip"].toBool()) gradients.skip.reset();
    return {gradients.x, gradients.skip, gradients.scale, gradients.shift, {}, {}, {}};
  }
};

at::Tensor Apply(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                 const RowDropout& dropout, const RowPlaces& places) {
  return NormFunction::apply(x.contiguous(), std::make_optional(skip), parameters.scale.contiguous(),
                             parameters.shift.contiguous(), parameters.epsilon, dropout, places);
}

}  // namespace

at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
  return Apply(x, /*skip=*/{}, {scale, shift, epsilon}, RowDropout(), RowPlaces());
}

at::Tensor ResidualLayerNorm(const at::Tensor& x, const at::Tensor& skip, const at::Tensor& scale,
                             const at::Tensor& shift, double epsilon, const RowDropout& dropout,
                             const Packing& packing) {
  return Apply(x, skip.contiguous(), {scale, shift, epsilon}, dropout, {packing.positions, packing.rows});
}

}  // namespace retort::ops
