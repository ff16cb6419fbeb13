#include "framework/sweep/student/task_head.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/model/class_order/class_order.h"
#include "framework/model/family/family.h"

namespace retort {
namespace {

// The model's own head of this kind, with its classes in order, or its family's.
absl::StatusOr<HeadSpec> TaskHead(HeadKind kind, const std::vector<std::string>& classes, EncoderConfig config) {
  const bool ordered = kind != HeadKind::kClasses || OrderClasses(classes, "student", &config, nullptr).ok();
  const HeadSpec* own = FindHead(config, kind);
  if (own != nullptr && ordered) return *own;
  const ModelFamily* family = FindFamily(config.family);
  if (family->head_classes.count(kind) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("student: want a family with a head of ", HeadKindName(kind),
                                                   ", got ", config.family, ", whose files have none"));
  }
  HeadSpec head = family->head(kind, config);
  if (kind == HeadKind::kClasses) head.classes = classes;
  return head;
}

}  // namespace

absl::StatusOr<EncoderConfig> WithTaskHeads(EncoderConfig config, const std::set<HeadKind>& kinds,
                                            const std::vector<std::string>& classes) {
  std::vector<HeadSpec> heads;
  for (const HeadKind kind : kinds) {
    RETORT_ASSIGN_OR_RETURN(HeadSpec head, TaskHead(kind, classes, config));
    heads.push_back(std::move(head));
  }
  config.heads = std::move(heads);
  const ModelFamily& family = FamilyFor(*FindFamily(config.family), config);
  for (HeadSpec& head : config.heads) {
    head = FitHead(family, config, head);
    if (head.pooling == Pooling::kPooler) config.pooler = true;
  }
  absl::Status status = config.Validate();
  status.Update(CheckFamily(config));
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("student: ", status.message()));
  return config;
}

}  // namespace retort
