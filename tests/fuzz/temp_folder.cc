#include "tests/fuzz/temp_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "glog/logging.h"

namespace retort::fuzz {

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "fuzz-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr) << pattern;
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TempFolder::Put(const std::string& name, const uint8_t* data, size_t size) const {
  std::ofstream file(path_ + "/" + name, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  CHECK(file.good()) << name;
}

void TempFolder::Remove(const std::string& name) const { std::filesystem::remove(path_ + "/" + name); }

}  // namespace retort::fuzz
