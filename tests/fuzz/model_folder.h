#ifndef RETORT_TESTS_FUZZ_MODEL_FOLDER_H_
#define RETORT_TESTS_FUZZ_MODEL_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace retort::fuzz {

// A folder of its own with a sound model in it: a BERT of one layer, two wide, three pieces, with pooler and head.
// Removed when the program ends. Not for several threads.
class ModelFolder {
 public:
  ModelFolder();
  ~ModelFolder();
  ModelFolder(const ModelFolder&) = delete;
  ModelFolder& operator=(const ModelFolder&) = delete;

  const std::string& path() const { return path_; }

  // Makes a file of it these bytes.
  void Put(const std::string& name, const uint8_t* data, size_t size) const;
  void Remove(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace retort::fuzz

#endif  // RETORT_TESTS_FUZZ_MODEL_FOLDER_H_
