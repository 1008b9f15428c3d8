package flannel

import (
	"net"
	"strings"
	"testing"

	"farthing.lab/k3s/kube"
)

func node(name, subnet, address, mac string) kube.Node {
	var node kube.Node
	node.Metadata.Name = name
	node.Spec.PodCIDR = subnet
	node.Metadata.Annotations = map[string]string{Manager: "true", BackendType: "vxlan", PublicIP: address, BackendData: `{"VNI":1,"VtepMAC":"` + mac + `"}`}
	return node
}

func TestTable(t *testing.T) {
	young := node("young", "", "10.77.0.14", "aa:00:00:00:00:04")
	foreign := node("foreign", "10.42.4.0/24", "10.77.0.15", "aa:00:00:00:00:05")
	foreign.Metadata.Annotations[BackendType] = "host-gw"
	nodes := []kube.Node{
		node("c", "10.42.2.0/24", "10.77.0.13", "aa:00:00:00:00:03"),
		node("a", "10.42.0.0/24", "10.77.0.11", "aa:00:00:00:00:01"),
		node("b", "10.42.1.0/24", "10.77.0.12", "aa:00:00:00:00:02"),
		young, foreign,
	}
	table := Table("a", "vxlan", nodes)
	if len(table) != 2 || table[0].Node != "b" || table[1].Node != "c" {
		t.Fatalf("%+v", table)
	}
	b := table[0]
	if b.Subnet.String() != "10.42.1.0/24" || b.PublicIP.String() != "10.77.0.12" || b.MAC.String() != "aa:00:00:00:00:02" {
		t.Errorf("%+v", b)
	}
}

func TestEnvironment(t *testing.T) {
	_, subnet, err := net.ParseCIDR("10.42.3.0/24")
	if err != nil {
		t.Fatal(err)
	}
	want := "FLANNEL_NETWORK=10.42.0.0/16\nFLANNEL_SUBNET=10.42.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n"
	if got := Environment("10.42.0.0/16", subnet, 1450); got != want {
		t.Errorf("got %s", got)
	}
}

func TestRules(t *testing.T) {
	rules := Rules("10.42.0.0/16", "10.42.3.0/24")
	text := []string{}
	for _, rule := range rules {
		text = append(text, rule.Table+" "+rule.Chain+" "+strings.Join(rule.Spec, " "))
	}
	if len(text) != 8 || !strings.Contains(text[0], "--mark 0x4000/0x4000") || !strings.Contains(text[4], "! -d 224.0.0.0/4") || !strings.HasPrefix(text[6], "filter FLANNEL-FWD -s 10.42.0.0/16") {
		t.Errorf("%s", strings.Join(text, "\n"))
	}
}

func TestBridgeConfiguration(t *testing.T) {
	if got := subnetOf("10.42.3.1/24"); got != "10.42.3.0/24" {
		t.Errorf("got %s", got)
	}
}
