package flannel

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"sync"
	"time"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"github.com/vishvananda/netlink"
)

// Options is what one node's flannel has to know.
type Options struct {
	Node       string
	Network    string
	Backend    string
	Interface  string
	NodeIP     net.IP
	ExternalIP string
	Client     *kube.Client
}

const (
	device       = "flannel.1"
	vni          = 1
	vxlanPort    = 8472
	overhead     = 50
	environment  = "/run/flannel/subnet.env"
	recheckEvery = 5 * time.Second
)

// Run sets the node up and follows the other nodes until the context ends. It calls ready once the node's own part stands.
func Run(ctx context.Context, options Options, ready func()) error {
	logs.Info("Starting flannel with backend %s", options.Backend)
	parent, err := findInterface(options)
	if err != nil {
		return err
	}
	subnet, node, err := awaitSubnet(ctx, options)
	if err != nil {
		return err
	}
	mtu := parent.Attrs().MTU
	notes := map[string]any{Manager: "true", BackendType: options.Backend, PublicIP: options.NodeIP.String(), BackendData: "null"}
	if options.ExternalIP != "" {
		notes[Overwrite] = options.ExternalIP
		notes[PublicIP] = options.ExternalIP
	}
	var link netlink.Link = parent
	if options.Backend == "vxlan" {
		mtu -= overhead
		vxlan, err := ensureDevice(parent, options.NodeIP, node, subnet, mtu)
		if err != nil {
			return err
		}
		link = vxlan
		data, err := json.Marshal(Data{VNI: vni, VtepMAC: vxlan.Attrs().HardwareAddr.String()})
		if err != nil {
			return err
		}
		notes[BackendData] = string(data)
	}
	if err := options.Client.Merge(ctx, "/api/v1/nodes/"+options.Node, map[string]any{"metadata": map[string]any{"annotations": notes}}); err != nil {
		return err
	}
	if err := os.MkdirAll("/run/flannel", 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(environment, []byte(Environment(options.Network, subnet, mtu)), 0o644); err != nil {
		return err
	}
	logs.Info("Wrote flannel subnet file to %s", environment)
	if err := ensureRules(options.Network, subnet.String()); err != nil {
		logs.Error("Failed to set up flannel iptables rules: %v", err)
	}
	ready()
	logs.Info("Running flannel backend.")

	var lock sync.Mutex
	nodes := map[string]kube.Node{}
	applied := map[string]Remote{}
	reconcile := func() {
		list := []kube.Node{}
		for _, one := range nodes {
			list = append(list, one)
		}
		table := Table(options.Node, options.Backend, list)
		wanted := map[string]Remote{}
		for _, remote := range table {
			wanted[remote.Subnet.String()] = remote
		}
		for key, remote := range applied {
			if now, ok := wanted[key]; !ok || !now.PublicIP.Equal(remote.PublicIP) || now.MAC.String() != remote.MAC.String() {
				remove(options.Backend, link, remote)
				delete(applied, key)
			}
		}
		for key, remote := range wanted {
			if err := add(options.Backend, link, remote); err != nil {
				logs.Error("Failed to reach subnet %s of node %s: %v", key, remote.Node, err)
				continue
			}
			applied[key] = remote
		}
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(recheckEvery):
			}
			if err := ensureRules(options.Network, subnet.String()); err != nil {
				logs.Error("Failed to ensure iptables rules: %v", err)
			}
			lock.Lock()
			reconcile()
			lock.Unlock()
		}
	}()
	kube.Watch(ctx, options.Client, "/api/v1/nodes", kube.NodeName, func(node kube.Node) {
		lock.Lock()
		defer lock.Unlock()
		before, known := nodes[node.Metadata.Name]
		nodes[node.Metadata.Name] = node
		if !known || before.Spec.PodCIDR != node.Spec.PodCIDR || before.Metadata.Annotations[PublicIP] != node.Metadata.Annotations[PublicIP] || before.Metadata.Annotations[BackendData] != node.Metadata.Annotations[BackendData] {
			reconcile()
		}
	}, func(node kube.Node) {
		lock.Lock()
		defer lock.Unlock()
		delete(nodes, node.Metadata.Name)
		reconcile()
	})
	return ctx.Err()
}

func awaitSubnet(ctx context.Context, options Options) (*net.IPNet, kube.Node, error) {
	for {
		var node kube.Node
		err := options.Client.Get(ctx, "/api/v1/nodes/"+options.Node, &node)
		if err == nil && node.Spec.PodCIDR != "" {
			_, subnet, err := net.ParseCIDR(node.Spec.PodCIDR)
			return subnet, node, err
		}
		select {
		case <-ctx.Done():
			return nil, node, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}
