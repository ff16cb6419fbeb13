#ifndef RETORT_FRAMEWORK_JSON_JSON_NUMBER_H_
#define RETORT_FRAMEWORK_JSON_JSON_NUMBER_H_

#include <optional>

#include "nlohmann/json.hpp"

// Numbers in the JSON that retort writes. NaN and infinities, which JSON lacks, are the strings "nan", "inf" and
// "-inf"; null stays free for a number that does not exist. Pure functions.

namespace retort {

nlohmann::ordered_json NumberToJson(double value);

// nullopt for what NumberToJson cannot have written. Every number reads back bit for bit, whichever NaN as the quiet
// one.
std::optional<double> NumberFromJson(const nlohmann::ordered_json& json);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_JSON_JSON_NUMBER_H_
