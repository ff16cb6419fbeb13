#ifndef RETORT_FRAMEWORK_REPORT_FILES_DOCUMENT_FILES_DOCUMENT_H_
#define RETORT_FRAMEWORK_REPORT_FILES_DOCUMENT_FILES_DOCUMENT_H_

namespace retort {

// The text of docs/report_files.md: what the files of a report hold, with all columns and their units. The build makes
// files_document.cc from it.
extern const char kFilesDocument[];

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_DOCUMENT_FILES_DOCUMENT_H_
