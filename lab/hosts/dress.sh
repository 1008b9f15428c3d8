# Runs in a host's mount namespace after its init has started; sent over stdin, needs nothing in the host.
set -eu
for folder in /sys/fs/cgroup/*/ /sys/fs/cgroup/; do
	# A plain `remount,rw` is refused as busy; folders that are no mounts of their own are not our concern.
	mount -o remount,bind,rw "$folder" 2>/dev/null || true
done
mount --bind /run/host/lab/meminfo /proc/meminfo
mount --bind /run/host/lab/cpuinfo /proc/cpuinfo
for part in cpu node; do
	if [ -d "/sys/devices/system/$part" ]; then
		mount --bind "/run/host/lab/sys/$part" "/sys/devices/system/$part"
	fi
done
umount /run/host/lab/meminfo /run/host/lab/cpuinfo /run/host/lab/sys
