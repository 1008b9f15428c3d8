/**
 * Prints everything `HostFacts` needs, in sections, without changing anything. POSIX sh with the
 * programs of a minimal Debian, Ubuntu or RHEL; what is missing leaves its section empty.
 * The newline before each marker is not part of the section before it.
 */
export const factsScript = String.raw`
section() { printf '\n@@farthing:%s\n' "$1"; }
have() { command -v "$1" >/dev/null 2>&1; }

section time; date +%s.%N
section user; echo "$(id -un)"; echo "$SUDO_USER"
section os; cat /etc/os-release 2>/dev/null
section kernel; uname -r; uname -m
section memory; awk '/^MemTotal:/ { printf "%.0f\n", $2 * 1024 }' /proc/meminfo
section cpus; nproc 2>/dev/null || grep -c ^processor /proc/cpuinfo
section disk; df -Pk /var/lib 2>/dev/null | awk 'NR == 2 { printf "%.0f\n", $4 * 1024 }'
section hostname; uname -n
section machine-id; cat /etc/machine-id 2>/dev/null
section addresses; ip -4 -o addr show 2>/dev/null
section routes; ip -4 route show 2>/dev/null
section mtu; for path in /sys/class/net/*/mtu; do echo "$path $(cat "$path" 2>/dev/null)"; done

section cgroup
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    echo 2
    grep -qw memory /sys/fs/cgroup/cgroup.controllers && echo memory
else
    echo 1
    awk '$1 == "memory" && $4 == 1 { print "memory" }' /proc/cgroups 2>/dev/null
fi

section modules-missing
loadable() { # MODULE: loaded, built in or to be had
    grep -q "^$1 " /proc/modules 2>/dev/null || [ -d "/sys/module/$1" ] || modprobe -n -q "$1" 2>/dev/null
}
loadable overlay || grep -qw overlay /proc/filesystems || echo overlay
loadable br_netfilter || [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo br_netfilter
if ! loadable vxlan; then
    # A built-in module without parameters leaves no trace in /sys: the kernel's own list or configuration says so.
    grep -qs /vxlan.ko "/lib/modules/$(uname -r)/modules.builtin" ||
        { zcat /proc/config.gz 2>/dev/null || cat "/boot/config-$(uname -r)" 2>/dev/null; } | grep -q '^CONFIG_VXLAN=y' || echo vxlan
fi

section tools-missing; for tool in iptables iptables-save ip ss curl sha256sum systemd-run modprobe awk; do have $tool || echo $tool; done
section ufw; if have ufw; then grep -i '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; fi
section firewalld; systemctl is-active firewalld 2>/dev/null
section trusted-sources; if have firewall-cmd; then firewall-cmd --zone=trusted --list-sources 2>/dev/null; fi
section filter; iptables-save -t filter 2>/dev/null | grep -v '^#'
section mangle; iptables-save -t mangle 2>/dev/null | grep -v '^#'
section boot-rules; if [ -f /etc/iptables/rules.v4 ]; then echo yes; cat /etc/iptables/rules.v4; fi
section boot-rules-loaded; systemctl is-enabled netfilter-persistent 2>/dev/null
section firewall-unit; cat /etc/farthing/firewall.rules 2>/dev/null
section oracle; cat /sys/class/dmi/id/chassis_asset_tag 2>/dev/null
section listening; ss -Hlntup 2>/dev/null || ss -lntup 2>/dev/null
section owner; cat /etc/farthing/owner 2>/dev/null

section other-kubernetes
set -- kubelet k0scontroller k0sworker snap.microk8s.daemon-kubelite rke2-server rke2-agent
# One question for all: each costs as much as the rest of a section.
systemctl is-active "$@" 2>/dev/null | while read -r state; do [ "$state" != active ] || echo "$1"; shift; done
[ ! -e /etc/kubernetes/kubelet.conf ] || echo 'kubeadm (/etc/kubernetes/kubelet.conf)'
[ ! -d /var/snap/microk8s/current ] || echo microk8s
[ ! -d /etc/k0s ] || echo k0s

section work
systemctl show -p ActiveState -p Description -p ActiveEnterTimestamp farthing-work.service 2>/dev/null

# --- K3s -----------------------------------------------------------------------------------------
section k3s-binary
if [ -x /usr/local/bin/k3s ]; then
    # Reading 150 MB takes longer than all the rest: the digest is kept with the file's identity.
    key=$(stat -L -c '%i %s %Y %Z' /usr/local/bin/k3s)
    if [ "$(sed -n 1p /var/lib/farthing/k3s.known 2>/dev/null)" = "$key" ]; then
        sed -n '2,3p' /var/lib/farthing/k3s.known
    else
        sha256sum /usr/local/bin/k3s | cut -c1-64
        /usr/local/bin/k3s --version 2>/dev/null | awk 'NR == 1 { print $3 }'
    fi
fi
section k3s-install-script; sha256sum /var/lib/farthing/k3s-install.sh 2>/dev/null | cut -c1-64
for name in k3s k3s-agent; do
    section "unit-$name"
    if [ -f "/etc/systemd/system/$name.service" ]; then
        cat "/etc/systemd/system/$name.service" "/etc/systemd/system/$name.service.env" 2>/dev/null | sha256sum | cut -c1-64
        systemctl show -p ActiveState -p UnitFileState "$name.service" 2>/dev/null
        started=$(systemctl show -p ExecMainStartTimestamp "$name.service" 2>/dev/null | cut -d= -f2-)
        [ -z "$started" ] || echo "started=$(date -d "$started" +%s)"
    fi
done
section unit-recorded; cat /var/lib/farthing/unit.sha256 2>/dev/null
section k3s-config; if [ -f /etc/rancher/k3s/config.yaml ]; then stat -c %.3Y /etc/rancher/k3s/config.yaml; cat /etc/rancher/k3s/config.yaml; fi
section k3s-registries; if [ -f /etc/rancher/k3s/registries.yaml ]; then stat -c %.3Y /etc/rancher/k3s/registries.yaml; sha256sum /etc/rancher/k3s/registries.yaml | cut -c1-64; fi
section k3s-data; ls -d /var/lib/rancher/k3s/server /var/lib/rancher/k3s/agent 2>/dev/null
section kubeconfig; cat /etc/rancher/k3s/k3s.yaml 2>/dev/null
section end
`;
