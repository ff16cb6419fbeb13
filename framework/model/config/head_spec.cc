#include "framework/model/config/head_spec.h"

#include "absl/strings/str_cat.h"

namespace retort {

const std::vector<HeadKind>& HeadKinds() {
  static const auto* const kinds =
      new std::vector<HeadKind>{HeadKind::kVocabulary, HeadKind::kClasses, HeadKind::kSpans, HeadKind::kScore};
  return *kinds;
}

const char* HeadKindName(HeadKind kind) {
  switch (kind) {
    case HeadKind::kVocabulary:
      return "vocabulary";
    case HeadKind::kClasses:
      return "classes";
    case HeadKind::kSpans:
      return "spans";
    case HeadKind::kScore:
      return "score";
  }
  return "";
}

HeadSpec PlainHead(HeadKind kind, Pooling pooling) {
  HeadSpec head;
  head.kind = kind;
  head.pooling = pooling;
  head.transform = head.norm = head.tied = false;
  if (kind == HeadKind::kClasses) head.classes = UnnamedClasses(2);
  return head;
}

const std::vector<std::string>& NextSentenceClasses() {
  static const auto* const classes = new std::vector<std::string>{"IsNext", "NotNext"};
  return *classes;
}

std::vector<std::string> UnnamedClasses(int64_t count) {
  std::vector<std::string> classes;
  for (int64_t c = 0; c < count; ++c) classes.push_back(absl::StrCat("LABEL_", c));
  return classes;
}

}  // namespace retort
