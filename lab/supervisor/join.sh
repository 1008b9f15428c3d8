#!/bin/sh
# Joins cgroups, then becomes the given command: join.sh CGROUP_PROCS... -- COMMAND...
set -eu
while [ "$1" != -- ]; do
	echo $$ >"$1"
	shift
done
shift
exec "$@"
