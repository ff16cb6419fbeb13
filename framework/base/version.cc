#include "framework/base/version.h"

namespace retort {

const char* Version() { return "0.9.0"; }

}  // namespace retort
