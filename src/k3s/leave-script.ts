/**
 * Takes K3s off a host: its own uninstall script, then what that leaves. $1: where the folders of
 * volumes are put aside before, or '' when they go too.
 */
export const leaveScript = `
set -u
say() { echo "@ $1"; }
storage=/var/lib/rancher/k3s/storage
if [ -n "$1" ] && [ -n "$(ls -A "$storage" 2>/dev/null)" ]; then
    say "putting volumes aside in $1"
    mkdir -p "$1" && chmod 700 "$1" || exit 1
    # Renamed, not copied: it is the same file system, so it is done or not. An older one of the name stays.
    for volume in "$storage"/*; do mv -n "$volume" "$1"/ || exit 1; done
    [ -z "$(ls -A "$storage")" ] || { echo "volumes of the same name are in $1 already" >&2; exit 1; }
fi
for script in /usr/local/bin/k3s-agent-uninstall.sh /usr/local/bin/k3s-uninstall.sh; do
    if [ -x "$script" ]; then say "running $script"; "$script" > "$FILES/log" 2>&1 || { tail -n 40 "$FILES/log"; exit 1; }; fi
done
if systemctl is-active -q k3s || systemctl is-active -q k3s-agent; then echo 'K3s still runs' >&2; exit 1; fi
rm -f /usr/local/bin/k3s /usr/local/bin/k3s.farthing-new
# The node's password: without it the name could not be used again; with it a new cluster would refuse the host.
rm -rf /etc/rancher/node /etc/rancher/k3s
rm -rf /var/lib/cni /run/flannel /run/nri /var/log/pods /var/log/containers
rmdir /etc/rancher /var/lib/rancher /run/k3s /run/netns 2>/dev/null
# Its shims' sockets; another containerd has its own there.
pgrep -x containerd > /dev/null || rm -rf /run/containerd
rmdir -p /usr/libexec/kubernetes/kubelet-plugins/volume/exec 2>/dev/null
for link in flannel.1 cni0 kube-ipvs0; do ip link delete "$link" 2>/dev/null; done
if command -v ipset >/dev/null; then
    ipset list -n 2>/dev/null | grep '^KUBE-' | while read -r set; do ipset destroy "$set" 2>/dev/null; done
fi
rm -rf /var/lib/farthing/downloads /var/lib/farthing/kubectl
rm -f /var/lib/farthing/k3s.known /var/lib/farthing/k3s-install.sh /var/lib/farthing/unit.sha256
exit 0
`;
