#!/bin/sh
# unpack.sh DEB FOLDER: unpacks a package where /bin and the like are links into /usr, which `dpkg-deb -x` would replace.
set -eu
dpkg-deb --fsys-tarfile "$1" | tar --keep-directory-symlink -C "$2" -xpf -
