#ifndef RETORT_TOOLS_PLUGIN_PAGES_MARKDOWN_H_
#define RETORT_TOOLS_PLUGIN_PAGES_MARKDOWN_H_

#include <string>
#include <vector>

#include "tools/list_plugins/schema.h"

namespace retort {

// Comments as GitHub's Markdown. Pure functions.

// Paragraphs; lines that are indented (formulas, tables of names) are blocks of code.
std::string Prose(const CommentLines& lines);

// The same on one line, for a cell of a table: paragraphs are parted by <br>.
std::string Cell(const CommentLines& lines);

// `text` as code in a cell, with its vertical bars kept from parting it; "" for no text.
std::string CodeCell(const std::string& text);

// The first sentence of a comment, on one line.
std::string FirstSentence(const CommentLines& lines);

// The numbers of arXiv that texts name ("arXiv:1503.02531"), each once, in order.
std::vector<std::string> ArxivNumbers(const std::string& text);

}  // namespace retort

#endif  // RETORT_TOOLS_PLUGIN_PAGES_MARKDOWN_H_
