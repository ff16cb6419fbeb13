#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_CARD_NAME_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_CARD_NAME_H_

#include <string>

namespace retort {

// What a CUDA device is: "NVIDIA H100 80GB HBM3". Empty if there is none of this index, or without CUDA.
std::string CardName(int index);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_CARD_NAME_H_
