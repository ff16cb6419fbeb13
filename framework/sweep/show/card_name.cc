#include "framework/sweep/show/card_name.h"

namespace retort {

std::string CardName(int) { return ""; }

}  // namespace retort
