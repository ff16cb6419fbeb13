#include "framework/batch/batch.h"

#include <numeric>

namespace retort {

int64_t BatchMasks::Rows(RowSet rows) const {
  const std::vector<int64_t>& counts = rows == RowSet::kReal ? lengths : labelled_counts;
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

}  // namespace retort
