#!/bin/sh
# Installs scikit-learn, which calibration is compared with, where apt and the rights for it are there.
set -u
if /usr/bin/python3 -c 'import sklearn' 2>/dev/null; then
    exit 0
fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends python3-sklearn && exit 0
fi
echo "scikit-learn is not installed, its comparison will be skipped: apt-get install -y python3-sklearn"
