package flannel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"github.com/vishvananda/netlink"
)

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
