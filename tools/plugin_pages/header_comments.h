#ifndef RETORT_TOOLS_PLUGIN_PAGES_HEADER_COMMENTS_H_
#define RETORT_TOOLS_PLUGIN_PAGES_HEADER_COMMENTS_H_

#include <string>
#include <vector>

#include "tools/list_plugins/schema.h"

namespace retort {

// What a plugin's header says to those who use the plugin: the comments before the functions of its namespace and
// before the class that is the plugin (its name ends in Loss, Mapping, Init, Data, Evaluation or Plugin), in order,
// without the paragraphs about arguments and errors of C++. Other classes are left out.
//
// Args: header: the text of the file.
std::vector<CommentLines> HeaderComments(const std::string& header);

}  // namespace retort

#endif  // RETORT_TOOLS_PLUGIN_PAGES_HEADER_COMMENTS_H_
