#!/bin/bash
# The pages of docs/plugins are those that follow from the plugins.
program=$1
. tools/build/testing/expect.sh

expect 0 '' --check
unset BUILD_WORKSPACE_DIRECTORY
expect 1 'want to be run by `bazel run //tools:plugin_pages`'
[ "$failures" = 0 ]
