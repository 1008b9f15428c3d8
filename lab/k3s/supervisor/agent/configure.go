package agent

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/pki"
	"farthing.lab/k3s/tokens"
)

const (
	passwordFile = "/etc/rancher/node/password"
	idFile       = "/etc/rancher/node/id"
)

var errPassword = errors.New("Node password rejected, duplicate hostname or contents of '" + passwordFile + "' may not match server node-passwd entry, try enabling a unique node name with the --with-node-id flag")

// configure fetches everything a node needs from the server, in K3s' order.
func (a *Agent) configure() error {
	content, err := a.client.get("/v1-k3s/config", nil)
	if err != nil {
		return fmt.Errorf("failed to retrieve configuration from server: %w", err)
	}
	if err := json.Unmarshal(content, &a.control); err != nil {
		return fmt.Errorf("failed to retrieve configuration from server: %w", err)
	}
	if a.control.ClusterIPRange == "" && len(a.control.ClusterIPRanges) > 0 {
		a.control.ClusterIPRange = a.control.ClusterIPRanges[0]
	}
	for _, name := range []string{"client-ca.crt", "server-ca.crt"} {
		content, err := a.client.get("/v1-k3s/"+name, nil)
		if err != nil {
			return err
		}
		if err := writeFile(a.file(name), content, 0o644); err != nil {
			return err
		}
	}
	if err := a.identify(); err != nil {
		return err
	}
	password, err := ensureLine(passwordFile, 16)
	if err != nil {
		return err
	}
	headers := map[string]string{"k3s-Node-Name": a.name, "k3s-Node-Password": password, "k3s-Node-IP": strings.Join(a.nodeIPs, ",")}
	for _, name := range []string{"serving-kubelet", "client-kubelet"} {
		if err := a.fetchCertificate(name, headers); err != nil {
			return fmt.Errorf("%s: %w", a.file(name+".crt"), err)
		}
	}
	for _, name := range []string{"client-kube-proxy", "client-k3s-controller"} {
		if err := a.fetchPair(name); err != nil {
			return fmt.Errorf("%s: %w", a.file(name+".crt"), err)
		}
	}
	for file, pair := range map[string]string{"kubelet.kubeconfig": "client-kubelet", "kubeproxy.kubeconfig": "client-kube-proxy", "k3scontroller.kubeconfig": "client-k3s-controller"} {
		if err := writeFile(a.file(file), []byte(a.kubeconfig(pair)), 0o600); err != nil {
			return err
		}
	}
	if a.controller, err = kube.New(a.apiURL(), a.file("server-ca.crt"), a.file("client-k3s-controller.crt"), a.file("client-k3s-controller.key")); err != nil {
		return err
	}
	a.kubelet, err = kube.New(a.apiURL(), a.file("server-ca.crt"), a.file("client-kubelet.crt"), a.file("client-kubelet.key"))
	return err
}

func (a *Agent) identify() error {
	name := a.settings.Text("node-name")
	if name == "" {
		host, err := os.Hostname()
		if err != nil {
			return err
		}
		name = host
	}
	if a.settings.On("with-node-id") {
		id, err := ensureLine(idFile, 4)
		if err != nil {
			return err
		}
		name += "-" + id
	}
	a.name = strings.ToLower(name)
	a.nodeIPs = a.settings.List("node-ip")
	a.externals = a.settings.List("node-external-ip")
	if len(a.nodeIPs) == 0 {
		address, err := defaultAddress(a.settings.Text("flannel-iface"))
		if err != nil {
			return err
		}
		a.nodeIPs = []string{address}
	}
	return nil
}

// defaultAddress is the address of an interface, or the one the default route leaves from. No packet is sent.
func defaultAddress(name string) (string, error) {
	if name != "" {
		device, err := net.InterfaceByName(name)
		if err != nil {
			return "", err
		}
		addresses, err := device.Addrs()
		if err != nil {
			return "", err
		}
		for _, address := range addresses {
			if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil {
				return network.IP.String(), nil
			}
		}
	}
	connection, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return "", fmt.Errorf("no default routes found in \"/proc/net/route\" or \"/proc/net/ipv6_route\": %w", err)
	}
	defer connection.Close()
	return connection.LocalAddr().(*net.UDPAddr).IP.String(), nil
}

// ensureLine reads a random line kept outside the data folder: it survives an uninstall.
func ensureLine(path string, length int) (string, error) {
	content, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !os.IsNotExist(err) {
		return "", err
	}
	text := tokens.Random(length)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return text, tokens.WriteFile(path, text+"\n", 0o600)
}

func (a *Agent) fetchCertificate(name string, headers map[string]string) error {
	key, err := pki.OpenKey(a.file(name + ".key"))
	if err != nil {
		return err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: a.name}}, key)
	if err != nil {
		return err
	}
	content, err := a.client.do(http.MethodPost, "/v1-k3s/"+name+".crt", headers, request)
	var answer *refused
	if errors.As(err, &answer) && answer.code == http.StatusForbidden {
		return errPassword
	}
	if err != nil {
		return err
	}
	return writeFile(a.file(name+".crt"), content, 0o644)
}

func (a *Agent) fetchPair(name string) error {
	content, err := a.client.get("/v1-k3s/"+name+".crt", nil)
	if err != nil {
		return err
	}
	var certificates, key bytes.Buffer
	for {
		block, rest := pem.Decode(content)
		if block == nil {
			break
		}
		content = rest
		target := &certificates
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			target = &key
		}
		if err := pem.Encode(target, block); err != nil {
			return err
		}
	}
	if key.Len() > 0 {
		if err := writeFile(a.file(name+".key"), key.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return writeFile(a.file(name+".crt"), certificates.Bytes(), 0o644)
}

func (a *Agent) kubeconfig(pair string) string {
	return fmt.Sprintf(`apiVersion: v1
clusters:
- cluster:
    certificate-authority: %s
    server: %s
  name: local
contexts:
- context:
    cluster: local
    namespace: default
    user: user
  name: Default
current-context: Default
kind: Config
preferences: {}
users:
- name: user
  user:
    client-certificate: %s
    client-key: %s
`, a.file("server-ca.crt"), a.apiURL(), a.file(pair+".crt"), a.file(pair+".key"))
}

// checkCgroups refuses a host without the controllers that a node cannot do without.
func checkCgroups() error {
	if controllers, err := os.ReadFile("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		if !strings.Contains(string(controllers), "memory") {
			return errors.New("failed to find memory cgroup (v2)")
		}
		return nil
	}
	table, err := os.ReadFile("/proc/cgroups")
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, line := range strings.Split(string(table), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 4 && fields[3] == "1" {
			found[fields[0]] = true
		}
	}
	if _, err := os.Stat("/sys/fs/cgroup/memory"); err != nil || !found["memory"] {
		return errors.New(`failed to find memory cgroup, you may need to add "cgroup_memory=1 cgroup_enable=memory" to your linux cmdline (/boot/cmdline.txt on a Raspberry Pi)`)
	}
	for _, controller := range []string{"cpu", "cpuset"} {
		if !found[controller] {
			return fmt.Errorf("failed to find %s cgroup, you may need to add \"cgroup_%s=1\" to your linux cmdline", controller, controller)
		}
	}
	logs.Debugf("cgroup v1 host")
	return nil
}
