#ifndef RETORT_FRAMEWORK_REPORT_WATCH_STAGE_FILE_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_STAGE_FILE_H_

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <tuple>

#include "framework/train/observer.h"

// What logs of stages have in common.

namespace retort {

// Where a stage's logs go. Called once per stage that starts; the folder is made if it is not there.
using StageFolder = std::function<std::string(const StageId&)>;

// A log that is being written.
struct StageFile {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path;
  std::unique_ptr<std::FILE, Close> file;
};

// Variant, seed and stage, for maps.
using StageOrder = std::tuple<std::string, uint64_t, std::string>;
inline StageOrder OrderOf(const StageId& id) { return {id.variant, id.seed, id.stage}; }

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_STAGE_FILE_H_
