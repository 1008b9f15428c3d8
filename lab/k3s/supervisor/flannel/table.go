// Package flannel does what flannel's VXLAN and host-gw backends do, from the annotations and pod ranges of the nodes.
package flannel

import (
	"encoding/json"
	"fmt"
	"net"
	"sort"

	"farthing.lab/k3s/kube"
)

// The annotations by which nodes tell each other where they are.
const (
	Prefix      = "flannel.alpha.coreos.com/"
	Manager     = Prefix + "kube-subnet-manager"
	BackendType = Prefix + "backend-type"
	BackendData = Prefix + "backend-data"
	PublicIP    = Prefix + "public-ip"
	Overwrite   = Prefix + "public-ip-overwrite"
)

// Remote is one other node: how its pods are reached.
type Remote struct {
	Node     string
	Subnet   *net.IPNet
	PublicIP net.IP
	MAC      net.HardwareAddr
}

// Data is the content of the backend-data annotation.
type Data struct {
	VNI     int    `json:"VNI"`
	VtepMAC string `json:"VtepMAC"`
}

// Table computes the remote nodes of one node; a node that is not ready to be reached is left out.
func Table(self, backend string, nodes []kube.Node) []Remote {
	table := []Remote{}
	for _, node := range nodes {
		remote, err := read(node, backend)
		if node.Metadata.Name == self || err != nil {
			continue
		}
		table = append(table, remote)
	}
	sort.Slice(table, func(a, b int) bool { return table[a].Node < table[b].Node })
	return table
}

func read(node kube.Node, backend string) (Remote, error) {
	notes := node.Metadata.Annotations
	if notes[Manager] != "true" || notes[BackendType] != backend {
		return Remote{}, fmt.Errorf("node %s has no flannel of type %s", node.Metadata.Name, backend)
	}
	_, subnet, err := net.ParseCIDR(node.Spec.PodCIDR)
	if err != nil {
		return Remote{}, err
	}
	address := net.ParseIP(notes[PublicIP])
	if address == nil {
		return Remote{}, fmt.Errorf("node %s has no public-ip", node.Metadata.Name)
	}
	remote := Remote{Node: node.Metadata.Name, Subnet: subnet, PublicIP: address}
	if backend == "vxlan" {
		var data Data
		if err := json.Unmarshal([]byte(notes[BackendData]), &data); err != nil {
			return Remote{}, err
		}
		if remote.MAC, err = net.ParseMAC(data.VtepMAC); err != nil {
			return Remote{}, err
		}
	}
	return remote, nil
}

// Environment writes /run/flannel/subnet.env.
func Environment(network string, subnet *net.IPNet, mtu int) string {
	first := append(net.IP{}, subnet.IP.To4()...)
	first[3]++
	ones, _ := subnet.Mask.Size()
	return fmt.Sprintf("FLANNEL_NETWORK=%s\nFLANNEL_SUBNET=%s/%d\nFLANNEL_MTU=%d\nFLANNEL_IPMASQ=true\n", network, first, ones, mtu)
}

// Rule is one iptables rule to keep.
type Rule struct {
	Table string
	Chain string
	Spec  []string
}

// Rules gives the chains' rules in order, as flannel's iptables manager writes them.
func Rules(network, subnet string) []Rule {
	comment := []string{"-m", "comment", "--comment", "flanneld masq"}
	nat := func(spec ...string) Rule {
		target := spec[len(spec)-1]
		rest := append([]string{}, spec[:len(spec)-1]...)
		return Rule{"nat", "FLANNEL-POSTRTG", append(append(rest, comment...), "-j", target)}
	}
	masquerade := func(spec ...string) Rule {
		rule := nat(append(spec, "MASQUERADE")...)
		rule.Spec = append(rule.Spec, "--random-fully")
		return rule
	}
	forward := []string{"-m", "comment", "--comment", "flanneld forward", "-j", "ACCEPT"}
	return []Rule{
		nat("-m", "mark", "--mark", "0x4000/0x4000", "RETURN"),
		nat("-s", subnet, "-d", network, "RETURN"),
		nat("-s", network, "-d", subnet, "RETURN"),
		nat("!", "-s", network, "-d", subnet, "RETURN"),
		masquerade("-s", network, "!", "-d", "224.0.0.0/4"),
		masquerade("!", "-s", network, "-d", network),
		{"filter", "FLANNEL-FWD", append([]string{"-s", network}, forward...)},
		{"filter", "FLANNEL-FWD", append([]string{"-d", network}, forward...)},
	}
}
