#ifndef RETORT_FRAMEWORK_SWEEP_KEY_KEY_H_
#define RETORT_FRAMEWORK_SWEEP_KEY_KEY_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace retort {

// A content address: the XXH3 (128 bits) of named parts. Equal parts give equal keys whatever the order they were added
// in.
class KeyBuilder {
 public:
  void Add(const std::string& name, absl::string_view bytes) { parts_[name] = std::string(bytes); }
  void Add(const std::string& name, uint64_t number);

  // 32 hexadecimal digits.
  std::string Key() const;

 private:
  std::map<std::string, std::string> parts_;
};

// XXH3 of bytes, as 16 hexadecimal digits.
std::string HashText(absl::string_view bytes);

// "loss/cosine=<digest> mapping/top=<digest>": the sources of all plugins whose configuration the message holds in an
// Any, at any depth.
std::string PluginDigests(const google::protobuf::Message& message);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_KEY_KEY_H_
