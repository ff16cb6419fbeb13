#include "framework/testing/host_reads.h"

#include <memory>
#include <set>

#include "ATen/record_function.h"
#include "glog/logging.h"

namespace retort::testing {
namespace {

thread_local std::vector<std::string>* noted = nullptr;

bool IsHostRead(const std::string& operation) {
  static const auto* const reads = new std::set<std::string>{"aten::_local_scalar_dense",
                                                             "aten::_unique",
                                                             "aten::_unique2",
                                                             "aten::bincount",
                                                             "aten::equal",
                                                             "aten::histc",
                                                             "aten::masked_select",
                                                             "aten::nonzero",
                                                             "aten::unique_consecutive",
                                                             "aten::unique_dim"};
  return reads->count(operation) > 0;
}

std::unique_ptr<at::ObserverContext> Note(const at::RecordFunction& function) {
  if (IsHostRead(function.name())) noted->push_back(function.name());
  return nullptr;
}

}  // namespace

HostReads::HostReads()
    : callback_(at::addThreadLocalCallback(at::RecordFunctionCallback(Note).scopes({at::RecordScope::FUNCTION}))) {
  CHECK(noted == nullptr) << "one at a time";
  noted = &operations_;
}

HostReads::~HostReads() {
  at::removeCallback(callback_);
  noted = nullptr;
}

}  // namespace retort::testing
