package flannel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
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
	sync := func() {
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
			sync()
			lock.Unlock()
		}
	}()
	kube.Watch(ctx, options.Client, "/api/v1/nodes", kube.NodeName, func(node kube.Node) {
		lock.Lock()
		defer lock.Unlock()
		before, known := nodes[node.Metadata.Name]
		nodes[node.Metadata.Name] = node
		if !known || before.Spec.PodCIDR != node.Spec.PodCIDR || before.Metadata.Annotations[PublicIP] != node.Metadata.Annotations[PublicIP] || before.Metadata.Annotations[BackendData] != node.Metadata.Annotations[BackendData] {
			sync()
		}
	}, func(node kube.Node) {
		lock.Lock()
		defer lock.Unlock()
		delete(nodes, node.Metadata.Name)
		sync()
	})
	return ctx.Err()
}

func findInterface(options Options) (netlink.Link, error) {
	if options.Interface != "" {
		link, err := netlink.LinkByName(options.Interface)
		if err != nil {
			return nil, fmt.Errorf("failed to find the flannel interface %s: %w", options.Interface, err)
		}
		return link, nil
	}
	links, err := netlink.LinkList()
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		addresses, err := netlink.AddrList(link, netlink.FAMILY_V4)
		if err != nil {
			continue
		}
		for _, address := range addresses {
			if address.IP.Equal(options.NodeIP) {
				return link, nil
			}
		}
	}
	return nil, fmt.Errorf("failed to find the interface with IP %s", options.NodeIP)
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

func ensureDevice(parent netlink.Link, local net.IP, node kube.Node, subnet *net.IPNet, mtu int) (netlink.Link, error) {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = device
	attributes.MTU = mtu
	var data Data
	if json.Unmarshal([]byte(node.Metadata.Annotations[BackendData]), &data) == nil {
		if address, err := net.ParseMAC(data.VtepMAC); err == nil {
			attributes.HardwareAddr = address
		}
	}
	wanted := &netlink.Vxlan{LinkAttrs: attributes, VxlanId: vni, VtepDevIndex: parent.Attrs().Index, SrcAddr: local, Port: vxlanPort, Learning: false}
	if old, err := netlink.LinkByName(device); err == nil {
		existing, ok := old.(*netlink.Vxlan)
		same := ok && existing.VxlanId == vni && existing.VtepDevIndex == wanted.VtepDevIndex && existing.Port == vxlanPort && existing.SrcAddr.Equal(local) && !existing.Learning && existing.MTU == mtu
		if !same {
			logs.Warning("%s already exists with incompatible configuration, recreating device", device)
			if err := netlink.LinkDel(old); err != nil {
				return nil, err
			}
		}
	}
	if err := netlink.LinkAdd(wanted); err != nil && !errors.Is(err, syscall.EEXIST) {
		return nil, fmt.Errorf("failed to create %s: %w", device, err)
	}
	link, err := netlink.LinkByName(device)
	if err != nil {
		return nil, err
	}
	addresses, err := netlink.AddrList(link, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	base := &net.IPNet{IP: subnet.IP, Mask: net.CIDRMask(32, 32)}
	found := false
	for _, address := range addresses {
		if address.IPNet.String() == base.String() {
			found = true
		} else if err := netlink.AddrDel(link, &address); err != nil {
			return nil, err
		}
	}
	if !found {
		if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: base}); err != nil {
			return nil, err
		}
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return nil, err
	}
	os.WriteFile("/proc/sys/net/ipv6/conf/"+device+"/accept_ra", []byte("0"), 0o644)
	return netlink.LinkByName(device)
}

// add teaches the kernel one remote node: ARP, FDB, then the route, so that no packet goes out unresolved.
func add(backend string, link netlink.Link, remote Remote) error {
	if backend == "vxlan" {
		if err := netlink.NeighSet(arp(link, remote)); err != nil {
			return fmt.Errorf("arp: %w", err)
		}
		if err := netlink.NeighSet(fdb(link, remote)); err != nil {
			return fmt.Errorf("fdb: %w", err)
		}
	}
	return netlink.RouteReplace(route(backend, link, remote))
}

func remove(backend string, link netlink.Link, remote Remote) {
	netlink.RouteDel(route(backend, link, remote))
	if backend == "vxlan" {
		netlink.NeighDel(fdb(link, remote))
		netlink.NeighDel(arp(link, remote))
	}
}

func arp(link netlink.Link, remote Remote) *netlink.Neigh {
	return &netlink.Neigh{LinkIndex: link.Attrs().Index, State: netlink.NUD_PERMANENT, Type: syscall.RTN_UNICAST, IP: remote.Subnet.IP, HardwareAddr: remote.MAC}
}

func fdb(link netlink.Link, remote Remote) *netlink.Neigh {
	return &netlink.Neigh{LinkIndex: link.Attrs().Index, State: netlink.NUD_PERMANENT, Family: syscall.AF_BRIDGE, Flags: netlink.NTF_SELF, IP: remote.PublicIP, HardwareAddr: remote.MAC}
}

func route(backend string, link netlink.Link, remote Remote) *netlink.Route {
	if backend == "vxlan" {
		return &netlink.Route{LinkIndex: link.Attrs().Index, Scope: netlink.SCOPE_UNIVERSE, Dst: remote.Subnet, Gw: remote.Subnet.IP, Flags: int(netlink.FLAG_ONLINK)}
	}
	return &netlink.Route{LinkIndex: link.Attrs().Index, Dst: remote.Subnet, Gw: remote.PublicIP}
}

// ensureRules keeps the chains' content in order, and the jumps at the end of POSTROUTING and FORWARD: a host's own REJECT before them wins.
func ensureRules(network, subnet string) error {
	chains := map[string][]Rule{}
	for _, rule := range Rules(network, subnet) {
		chains[rule.Table+" "+rule.Chain] = append(chains[rule.Table+" "+rule.Chain], rule)
	}
	for _, rules := range chains {
		whole := true
		for _, rule := range rules {
			if iptables(rule.Table, append([]string{"-C", rule.Chain}, rule.Spec...)...) != nil {
				whole = false
				break
			}
		}
		if whole {
			continue
		}
		table, chain := rules[0].Table, rules[0].Chain
		if iptables(table, "-F", chain) != nil {
			if err := iptables(table, "-N", chain); err != nil {
				return err
			}
		}
		for _, rule := range rules {
			if err := iptables(table, append([]string{"-A", chain}, rule.Spec...)...); err != nil {
				return err
			}
		}
	}
	for _, jump := range []Rule{
		{"nat", "POSTROUTING", []string{"-m", "comment", "--comment", "flanneld masq", "-j", "FLANNEL-POSTRTG"}},
		{"filter", "FORWARD", []string{"-m", "comment", "--comment", "flanneld forward", "-j", "FLANNEL-FWD"}},
	} {
		if iptables(jump.Table, append([]string{"-C", jump.Chain}, jump.Spec...)...) == nil {
			continue
		}
		if err := iptables(jump.Table, append([]string{"-A", jump.Chain}, jump.Spec...)...); err != nil {
			return err
		}
	}
	return nil
}

func iptables(table string, arguments ...string) error {
	output, err := exec.Command("iptables", append([]string{"-w", "5", "-t", table}, arguments...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("iptables -t %s %v: %w: %s", table, arguments, err, output)
	}
	return nil
}
