#!/bin/bash
# What the sweep program holds is what plugins.bzl lists.
set -u
listed=$(sort "$2")
linked=$("$1" --list_plugins | sort)
[ -n "$listed" ] && [ "$linked" = "$listed" ] && exit 0
diff <(echo "$listed") <(echo "$linked")
exit 1
