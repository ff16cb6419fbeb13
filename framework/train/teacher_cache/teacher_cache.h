#ifndef RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_TEACHER_CACHE_H_
#define RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_TEACHER_CACHE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/ScalarType.h"
#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/teacher_cache/record_file.h"
#include "framework/train/teacher_cache/teacher_part.h"

namespace retort {

// What a teacher gave for the micro-batches of a training, kept in a folder for later trainings that see the same
// micro-batches: a folder per part (PartName), in it a file of records per kBlockSteps steps. What is read has the same
// bits as what was computed. Whatever is not there, or is damaged, is computed, and no error of the cache ends a
// training: it is said, and the training goes on without.
//
// The folder stands for all that decides the bits but the parts: teacher, data, masks, steps, micro-batches, precision,
// machine. One thread at a time. One process may write and others read.
class TeacherCache {
 public:
  struct Options {
    std::string folder;
    bool writes = false;                               // This process alone may add to the folder.
    double most_bytes = 0;                             // That are added at most.
    std::function<void(const std::string&)> say = {};  // Gets a line for what is damaged or cannot be written.
  };

  // Args: teacher: whose outputs they are, which outlives this; type: of the outputs.
  TeacherCache(Options options, const EncoderConfig& teacher, c10::ScalarType type);

  // Gives what the demands want of hidden states, attention and logits of heads that read sequences, and the last
  // hidden state where logits of the vocabulary are wanted. False, with nothing changed, if not all of it is there.
  bool Read(const RecordId& id, const Batch& batch, const Capture& demands, TeacherOutputs* outputs);

  // Keeps of the outputs what the demands want and the folder does not have yet, unless this only reads.
  void Keep(const RecordId& id, const Batch& batch, const Capture& demands, const TeacherOutputs& outputs);

  // Whether all is there that the demands want, as far as can be told without reading it.
  bool Has(const RecordId& id, const Capture& demands);

  // Micro-batches that Read gave, and those that it did not.
  int64_t read() const { return read_; }
  int64_t missed() const { return missed_; }

  static constexpr int64_t kBlockSteps = 100;  // Steps per file.

 private:
  struct OpenFile {
    int64_t block = -1;
    std::unique_ptr<RecordFile> file;  // Null: there is none.
  };

  void Say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }
  std::string PathOf(const TeacherPart& part, int64_t step) const;
  absl::StatusOr<RecordFile*> FileOf(const TeacherPart& part, int64_t step);
  absl::StatusOr<RecordFile*> FileToAppend(const TeacherPart& part, int64_t step);
  absl::StatusOr<bool> HasPart(const RecordId& id, const TeacherPart& part);
  absl::StatusOr<bool> ReadPart(const RecordId& id, const Batch& batch, const TeacherPart& part,
                                TeacherOutputs* outputs);
  absl::StatusOr<bool> TryRead(const RecordId& id, const Batch& batch, const Capture& demands, TeacherOutputs* outputs);
  absl::Status KeepPart(const RecordId& id, const Batch& batch, const TeacherPart& part, const TeacherOutputs& outputs);

  Options options_;
  const EncoderConfig& teacher_;
  const c10::ScalarType type_;
  std::map<std::string, OpenFile> files_;  // By PartName.
  int64_t read_ = 0, missed_ = 0;
};

// How many of a training's first steps the folder has all that the demands want of. For estimates: of files that others
// follow it only looks whether they are there.
int64_t KeptSteps(const std::string& folder, const EncoderConfig& teacher, const Capture& demands, int64_t total_steps);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_TEACHER_CACHE_H_
