package server

import (
	"fmt"
	"net"
	"path/filepath"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/pki"
	"farthing.lab/k3s/tokens"
)

func (s *Server) certificates(services *net.IPNet) error {
	var err error
	if s.serverCA, err = pki.Open(s.tls(), "server-ca"); err != nil {
		return err
	}
	if s.clientCA, err = pki.Open(s.tls(), "client-ca"); err != nil {
		return err
	}
	if s.headerCA, err = pki.Open(s.tls(), "request-header-ca"); err != nil {
		return err
	}
	names := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + s.settings.Text("cluster-domain"), "localhost", "127.0.0.1", "::1", s.name, s.nodeIP, nth(services, 1)}
	names = append(names, s.settings.List("node-ip")...)
	names = append(names, s.settings.List("node-external-ip")...)
	names = append(names, s.settings.List("tls-san")...)
	if address := s.settings.Text("bind-address"); address != "" {
		names = append(names, address)
	}
	for name, leaf := range map[string]pki.Leaf{
		"client-admin":                {CommonName: "system:admin", Organization: []string{"system:masters"}},
		"client-supervisor":           {CommonName: "system:k3s-supervisor", Organization: []string{"system:masters"}},
		"client-controller":           {CommonName: "system:kube-controller-manager"},
		"client-scheduler":            {CommonName: "system:kube-scheduler"},
		"client-kube-apiserver":       {CommonName: "system:apiserver", Organization: []string{"system:masters"}},
		"client-kube-proxy":           {CommonName: "system:kube-proxy"},
		"client-k3s-controller":       {CommonName: "system:k3s-controller"},
		"client-k3s-cloud-controller": {CommonName: "k3s-cloud-controller-manager"},
	} {
		if err := s.clientCA.Ensure(s.tls(), name, leaf); err != nil {
			return err
		}
	}
	if err := s.headerCA.Ensure(s.tls(), "client-auth-proxy", pki.Leaf{CommonName: "system:auth-proxy"}); err != nil {
		return err
	}
	if err := s.serverCA.Ensure(s.tls(), "serving-kube-apiserver", pki.Leaf{CommonName: "kube-apiserver", Names: names, Server: true}); err != nil {
		return err
	}
	for _, name := range []string{"client-kubelet.key", "serving-kubelet.key"} {
		if _, err := pki.OpenKey(s.tls(name)); err != nil {
			return err
		}
	}
	if err := pki.OpenRSAKey(s.tls("service.key")); err != nil {
		return err
	}
	for file, pair := range map[string]string{"admin": "client-admin", "controller": "client-controller", "scheduler": "client-scheduler", "supervisor": "client-supervisor", "cloud-controller": "client-k3s-cloud-controller"} {
		text := fmt.Sprintf(`apiVersion: v1
clusters:
- cluster:
    certificate-authority: %s
    server: https://127.0.0.1:%d
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
`, s.tls("server-ca.crt"), apiPort, s.tls(pair+".crt"), s.tls(pair+".key"))
		if err := tokens.WriteFile(filepath.Join(s.folder, "cred", file+".kubeconfig"), text, 0o600); err != nil {
			return err
		}
	}
	s.admin, err = kube.New(fmt.Sprintf("https://127.0.0.1:%d", apiPort), s.tls("server-ca.crt"), s.tls("client-supervisor.crt"), s.tls("client-supervisor.key"))
	return err
}
