#!/bin/sh
# Gives a report to MLflow's and W&B's own packages, without a network, and reads what they keep of it.
#   tests/upload/run.sh
# The first run installs tools/upload/requirements.txt in a folder of the user's cache. Ends with unittest's "OK".
set -eu
cd "$(dirname "$0")/../.."
key=$(sha256sum tools/upload/requirements.txt | cut -c1-12)
environment=${XDG_CACHE_HOME:-$HOME/.cache}/retort-upload-$key
if [ ! -e "$environment/complete" ]; then
  echo "upload: installing Python packages in $environment" >&2
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: --no-deps \
    -r tools/upload/requirements.txt
  touch "$environment/complete"
fi
exec "$environment/bin/python" tests/upload/upload_test.py
