#!/bin/sh
# Entrypoint of the lab's nginx image: scripts in /docker-entrypoint.d, then the command, as the official image does.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
	for file in /docker-entrypoint.d/*; do
		case $file in
		*.envsh) . "$file" ;;
		*.sh) [ ! -x "$file" ] || "$file" ;;
		esac
	done
fi
exec "$@"
