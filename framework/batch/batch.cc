#include "framework/batch/batch.h"

#include <numeric>

#include "glog/logging.h"

namespace retort {

int64_t BatchMasks::Rows(RowSet rows) const {
  switch (rows) {
    case RowSet::kReal:
      return std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
    case RowSet::kLabelled:
      return std::accumulate(labelled_counts.begin(), labelled_counts.end(), int64_t{0});
    case RowSet::kSequences:
      return sequences();
  }
  return 0;
}

const at::Tensor& Batch::rows(RowSet set) const {
  switch (set) {
    case RowSet::kReal:
      return real_rows;
    case RowSet::kLabelled:
      return labelled_rows;
    case RowSet::kSequences:
      break;
  }
  LOG(FATAL) << "sequences are not positions";
  return real_rows;
}

}  // namespace retort
