#include "framework/sweep/student/task_head.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/model/class_order/class_order.h"
#include "framework/model/family/family.h"

namespace retort {

absl::StatusOr<EncoderConfig> WithTaskHead(EncoderConfig config, HeadKind kind,
                                           const std::vector<std::string>& classes) {
  const HeadSpec* own = FindHead(config, kind);
  if (own != nullptr && OrderClasses(classes, "student", &config, nullptr).ok()) {
    config.heads = {*FindHead(config, kind)};
    return config;
  }
  const ModelFamily* family = FindFamily(config.family);
  if (family->head_classes.count(kind) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("student: want a family with a head of ", HeadKindName(kind),
                                                   ", got ", config.family, ", whose files have none"));
  }
  HeadSpec head = family->head(kind, config);
  if (kind == HeadKind::kClasses) head.classes = classes;
  if (head.pooling == Pooling::kPooler) config.pooler = true;
  config.heads = {std::move(head)};
  absl::Status status = config.Validate();
  status.Update(CheckFamily(config));
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("student: ", status.message()));
  return config;
}

}  // namespace retort
