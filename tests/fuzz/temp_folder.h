#ifndef RETORT_TESTS_FUZZ_TEMP_FOLDER_H_
#define RETORT_TESTS_FUZZ_TEMP_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace retort::fuzz {

// An empty folder of its own, removed when the program ends. Not for several threads.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

  // Makes a file of it these bytes.
  void Put(const std::string& name, const uint8_t* data, size_t size) const;
  void Remove(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace retort::fuzz

#endif  // RETORT_TESTS_FUZZ_TEMP_FOLDER_H_
