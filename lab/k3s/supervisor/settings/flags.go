package settings

// Kind says what a flag's value is.
type Kind int

// The kinds of flags.
const (
	Text Kind = iota
	List
	Switch
)

// Role says which commands know a flag.
type Role int

// The roles; Both is their sum.
const (
	ServerOnly Role = 1
	AgentOnly  Role = 2
	Both       Role = 3
)

// Effect says what the stand-in does with a flag.
type Effect int

// Works is done as K3s does it; Ignored is accepted and noted; Refused ends the start in words.
const (
	Works Effect = iota
	Ignored
	Refused
)

// Flag is one command line flag, which is also one key of config.yaml.
type Flag struct {
	Name    string
	Alias   string
	Kind    Kind
	Role    Role
	Effect  Effect
	Env     string
	Default string
}

// Flags is every flag that the stand-in knows. K3s' own list is longer by some hidden ones.
var Flags = []Flag{
	{Name: "config", Alias: "c", Role: Both, Env: "K3S_CONFIG_FILE", Default: "/etc/rancher/k3s/config.yaml"},
	{Name: "debug", Kind: Switch, Role: Both, Env: "K3S_DEBUG"},
	{Name: "v", Role: Both, Effect: Ignored},
	{Name: "vmodule", Role: Both, Effect: Ignored},
	{Name: "log", Alias: "l", Role: Both, Effect: Ignored},
	{Name: "alsologtostderr", Kind: Switch, Role: Both, Effect: Ignored},
	{Name: "data-dir", Alias: "d", Role: Both, Env: "K3S_DATA_DIR", Default: "/var/lib/rancher/k3s"},

	{Name: "token", Alias: "t", Role: Both, Env: "K3S_TOKEN"},
	{Name: "token-file", Role: Both, Env: "K3S_TOKEN_FILE"},
	{Name: "server", Alias: "s", Role: Both, Env: "K3S_URL"},
	{Name: "agent-token", Role: ServerOnly, Env: "K3S_AGENT_TOKEN"},
	{Name: "agent-token-file", Role: ServerOnly, Env: "K3S_AGENT_TOKEN_FILE"},

	{Name: "bind-address", Role: Both, Default: ""},
	{Name: "https-listen-port", Role: ServerOnly, Default: "6443"},
	{Name: "supervisor-port", Role: ServerOnly, Effect: Ignored},
	{Name: "advertise-address", Role: ServerOnly},
	{Name: "advertise-port", Role: ServerOnly},
	{Name: "tls-san", Kind: List, Role: ServerOnly},
	{Name: "tls-san-security", Kind: Switch, Role: ServerOnly, Effect: Ignored, Default: "true"},
	{Name: "write-kubeconfig", Alias: "o", Role: ServerOnly, Env: "K3S_KUBECONFIG_OUTPUT"},
	{Name: "write-kubeconfig-mode", Role: ServerOnly, Env: "K3S_KUBECONFIG_MODE"},
	{Name: "write-kubeconfig-group", Role: ServerOnly, Env: "K3S_KUBECONFIG_GROUP"},
	{Name: "cluster-cidr", Kind: List, Role: ServerOnly, Default: "10.42.0.0/16"},
	{Name: "service-cidr", Kind: List, Role: ServerOnly, Default: "10.43.0.0/16"},
	{Name: "service-node-port-range", Role: ServerOnly, Default: "30000-32767"},
	{Name: "cluster-dns", Kind: List, Role: ServerOnly},
	{Name: "cluster-domain", Role: ServerOnly, Default: "cluster.local"},
	{Name: "flannel-backend", Role: ServerOnly, Default: "vxlan"},
	{Name: "flannel-ipv6-masq", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "flannel-external-ip", Kind: Switch, Role: ServerOnly},
	{Name: "egress-selector-mode", Role: ServerOnly, Default: "agent"},
	{Name: "servicelb-namespace", Role: ServerOnly, Effect: Ignored, Default: "kube-system"},
	{Name: "disable", Kind: List, Role: ServerOnly},
	{Name: "disable-scheduler", Kind: Switch, Role: ServerOnly},
	{Name: "disable-cloud-controller", Kind: Switch, Role: ServerOnly},
	{Name: "disable-kube-proxy", Kind: Switch, Role: ServerOnly},
	{Name: "disable-network-policy", Kind: Switch, Role: ServerOnly},
	{Name: "disable-helm-controller", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "disable-apiserver", Kind: Switch, Role: ServerOnly, Effect: Refused},
	{Name: "disable-controller-manager", Kind: Switch, Role: ServerOnly, Effect: Refused},
	{Name: "disable-etcd", Kind: Switch, Role: ServerOnly, Effect: Refused},
	{Name: "disable-agent", Kind: Switch, Role: ServerOnly},
	{Name: "secrets-encryption", Kind: Switch, Role: ServerOnly},
	{Name: "secrets-encryption-provider", Role: ServerOnly, Default: "aescbc"},
	{Name: "embedded-registry", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "supervisor-metrics", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "default-local-storage-path", Role: ServerOnly},
	{Name: "system-default-registry", Role: ServerOnly, Env: "K3S_SYSTEM_DEFAULT_REGISTRY"},
	{Name: "helm-job-image", Role: ServerOnly, Effect: Ignored},

	{Name: "cluster-init", Kind: Switch, Role: ServerOnly, Effect: Refused, Env: "K3S_CLUSTER_INIT"},
	{Name: "cluster-reset", Kind: Switch, Role: ServerOnly, Effect: Refused, Env: "K3S_CLUSTER_RESET"},
	{Name: "cluster-reset-restore-path", Role: ServerOnly, Effect: Refused},
	{Name: "datastore-endpoint", Role: ServerOnly, Effect: Refused, Env: "K3S_DATASTORE_ENDPOINT"},
	{Name: "datastore-cafile", Role: ServerOnly, Effect: Refused, Env: "K3S_DATASTORE_CAFILE"},
	{Name: "datastore-certfile", Role: ServerOnly, Effect: Refused, Env: "K3S_DATASTORE_CERTFILE"},
	{Name: "datastore-keyfile", Role: ServerOnly, Effect: Refused, Env: "K3S_DATASTORE_KEYFILE"},
	{Name: "etcd-expose-metrics", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-disable-snapshots", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-snapshot-name", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-snapshot-schedule-cron", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-snapshot-retention", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-snapshot-dir", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-snapshot-compress", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-endpoint", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-endpoint-ca", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-access-key", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-secret-key", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-bucket", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-region", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-folder", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-config-secret", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-insecure", Kind: Switch, Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-s3-timeout", Role: ServerOnly, Effect: Ignored},
	{Name: "etcd-arg", Kind: List, Role: ServerOnly, Effect: Ignored},
	{Name: "kine-tls", Kind: Switch, Role: ServerOnly, Effect: Ignored},

	{Name: "kube-apiserver-arg", Kind: List, Role: ServerOnly},
	{Name: "kube-controller-manager-arg", Kind: List, Role: ServerOnly},
	{Name: "kube-scheduler-arg", Kind: List, Role: ServerOnly},
	{Name: "kube-cloud-controller-manager-arg", Kind: List, Role: ServerOnly, Effect: Ignored},

	{Name: "node-name", Role: Both, Env: "K3S_NODE_NAME"},
	{Name: "with-node-id", Kind: Switch, Role: Both},
	{Name: "node-ip", Alias: "i", Kind: List, Role: Both},
	{Name: "node-external-ip", Kind: List, Role: Both},
	{Name: "node-internal-dns", Kind: List, Role: Both},
	{Name: "node-external-dns", Kind: List, Role: Both},
	{Name: "node-label", Kind: List, Role: Both},
	{Name: "node-taint", Kind: List, Role: Both},
	{Name: "flannel-iface", Role: Both},
	{Name: "flannel-conf", Role: Both, Effect: Refused},
	{Name: "flannel-cni-conf", Role: Both, Effect: Refused},
	{Name: "resolv-conf", Role: Both, Env: "K3S_RESOLV_CONF"},
	{Name: "lb-server-port", Role: Both, Env: "K3S_LB_SERVER_PORT", Default: "6444"},
	{Name: "vpn-auth", Role: Both, Effect: Refused, Env: "K3S_VPN_AUTH"},
	{Name: "vpn-auth-file", Role: Both, Effect: Refused, Env: "K3S_VPN_AUTH_FILE"},
	{Name: "kubelet-arg", Kind: List, Role: Both},
	{Name: "kube-proxy-arg", Kind: List, Role: Both},
	{Name: "protect-kernel-defaults", Kind: Switch, Role: Both},
	{Name: "selinux", Kind: Switch, Role: Both, Effect: Ignored, Env: "K3S_SELINUX"},
	{Name: "container-runtime-endpoint", Role: Both, Effect: Refused},
	{Name: "docker", Kind: Switch, Role: Both, Effect: Refused},
	{Name: "default-runtime", Role: Both, Effect: Ignored},
	{Name: "image-service-endpoint", Role: Both, Effect: Refused},
	{Name: "snapshotter", Role: Both, Default: "overlayfs"},
	{Name: "pause-image", Role: Both, Default: "rancher/mirrored-pause:3.6"},
	{Name: "private-registry", Role: Both, Default: "/etc/rancher/k3s/registries.yaml"},
	{Name: "disable-default-registry-endpoint", Kind: Switch, Role: Both},
	{Name: "disable-apiserver-lb", Kind: Switch, Role: AgentOnly, Effect: Ignored},
	{Name: "nonroot-devices", Kind: Switch, Role: Both, Effect: Ignored},
	{Name: "airgap-extra-registry", Kind: List, Role: Both, Effect: Ignored},
	{Name: "prefer-bundled-bin", Kind: Switch, Role: Both, Effect: Ignored},
	{Name: "enable-pprof", Kind: Switch, Role: Both, Effect: Ignored},
	{Name: "rootless", Kind: Switch, Role: Both, Effect: Refused},
}

// Find gives the flag of a name or alias that a role knows.
func Find(name string, role Role) (Flag, bool) {
	for _, flag := range Flags {
		if flag.Role&role != 0 && (flag.Name == name || (flag.Alias != "" && flag.Alias == name)) {
			return flag, true
		}
	}
	return Flag{}, false
}
