#!/usr/bin/env bash
# Brings the schema up to date and, where it is not a real gym, seeds the demo. Both may run at every start.
set -euo pipefail

staff-api migrate
if [ "${GYM__MODE:-development}" = production ]; then
    echo "production: no demo gym"
else
    seeds demo
fi
