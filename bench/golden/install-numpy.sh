#!/bin/sh
# Prints a python3 that has NumPy: the one of a virtual environment in the given folder, made where it is not there yet.
set -u
python=$1/bin/python3
if [ ! -x "$python" ]; then
    python3 -m venv "$1" >&2 || exit 1
fi
"$python" -c 'import numpy' 2>/dev/null || "$python" -m pip install -q 'numpy==2.4.*' >&2 || "$python" -m pip install -q numpy >&2 || exit 1
echo "$python"
