#!/bin/sh
# Boots one host of the lab. Runs in a mount namespace of its own, so that its mounts (loop disk, overlay,
# systemd's runtime folder) disappear with it, however it ends.
#   boot.sh HOST_DIR BASE MACHINE BRIDGE MODULES CGROUP_PROCS...
set -eu
dir=$1 base=$2 machine=$3 bridge=$4 modules=$5
shift 5
for procs in "$@"; do
	echo $$ >"$procs"
done

# nspawn refuses to run where systemd was not booted; the machine itself must not notice.
mkdir -p /run/systemd
mount -t tmpfs -o mode=755 tmpfs /run/systemd
mkdir /run/systemd/system

# A disk of its own: overlayfs cannot sit on overlayfs, so /var/lib (container storage) is a plain folder of it.
mount -o loop,noatime "$dir/disk.img" "$dir/disk"
mount -t overlay -o "lowerdir=$base,upperdir=$dir/disk/upper,workdir=$dir/disk/work" overlay "$dir/root"

# /proc/sys writable, /tmp on disk as on a real host.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes SYSTEMD_NSPAWN_TMPFS_TMP=0
exec systemd-nspawn --quiet --register=no --keep-unit --boot \
	--directory="$dir/root" --machine="$machine" --network-bridge="$bridge" \
	--capability=all --system-call-filter='@keyring bpf @mount @pkey perf_event_open' \
	--bind=/dev/kmsg --bind=/dev/fuse --bind="$dir/disk/var-lib:/var/lib" \
	--bind-ro="$dir/meminfo:/run/host/lab/meminfo" --bind-ro="$dir/cpuinfo:/run/host/lab/cpuinfo" \
	--bind-ro="$dir/sys:/run/host/lab/sys" \
	${modules:+--bind-ro="$modules:/lib/modules"} \
	--resolv-conf=off --timezone=off --link-journal=no --console=read-only
