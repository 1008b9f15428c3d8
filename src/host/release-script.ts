/** Kernel settings that K3s, its kubelet and kube-proxy change and leave changed. */
export const keptSettings: readonly string[] = [
  'net.ipv4.ip_forward',
  'net.ipv4.conf.all.forwarding',
  'net.ipv4.conf.default.forwarding',
  'net.ipv4.conf.all.route_localnet',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv6.conf.all.forwarding',
  'net.ipv6.conf.default.forwarding',
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
  'vm.overcommit_memory',
  'vm.panic_on_oom',
  'kernel.panic',
  'kernel.panic_on_oops',
  'kernel.keys.root_maxkeys',
  'kernel.keys.root_maxbytes',
];

/** Kernel modules that come with a node and are unloaded again when they were not there before. In the order they can go. */
export const keptModules: readonly string[] = ['vxlan', 'br_netfilter', 'overlay', 'ip_vs', 'ip_set_hash_ip', 'ip_set_hash_net', 'ip_set'];

/** Takes the mark and what was kept under it away. $@: `setting=value` … `--` modules to unload. */
export const releaseScript = `
set -u
while [ "$1" != -- ]; do
    path=/proc/sys/$(echo "$1" | cut -d= -f1 | tr . /)
    if [ -w "$path" ]; then echo "$(echo "$1" | cut -d= -f2-)" > "$path" 2>/dev/null || true; fi
    shift
done
shift
for module in "$@"; do modprobe -r -q "$module" 2>/dev/null || true; done
rm -rf /var/lib/farthing /etc/farthing
`;
