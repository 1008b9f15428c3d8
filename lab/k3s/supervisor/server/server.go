// Package server is the control plane's half of K3s: certificates, tokens, the supervisor's paths on 6443, and the Kubernetes components behind them.
package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"farthing.lab/k3s/addons"
	"farthing.lab/k3s/agent"
	"farthing.lab/k3s/children"
	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/pki"
	"farthing.lab/k3s/settings"
	"farthing.lab/k3s/tokens"
	"github.com/rancher/remotedialer"
)

// apiPort is where the API server itself listens, on loopback; 6443 is ours.
const apiPort = 6444

// Server is one control plane.
type Server struct {
	settings *settings.Settings
	dataDir  string
	folder   string
	bin      string
	port     int
	name     string
	nodeIP   string
	dns      []string
	control  agent.Control

	serverCA, clientCA, headerCA *pki.Authority
	serverPassword, nodePassword string
	serverToken, nodeToken       string

	admin    *kube.Client
	tunnel   *remotedialer.Server
	nodes    nodeTable
	apiReady atomic.Bool
	coreUp   atomic.Bool
}

// Options is how a server is started.
type Options struct {
	Settings *settings.Settings
	DataDir  string
	Bin      string
}

// Run starts the control plane and stays until the context ends. It calls up once when the API answers.
func Run(ctx context.Context, options Options, up func()) error {
	s := &Server{settings: options.Settings, dataDir: options.DataDir, folder: filepath.Join(options.DataDir, "server"), bin: options.Bin}
	s.nodes.byAddress = map[string]string{}
	if err := s.prepare(); err != nil {
		return err
	}
	if err := s.listen(ctx); err != nil {
		return err
	}
	if err := s.startKine(ctx); err != nil {
		return err
	}
	if err := s.startAPI(ctx); err != nil {
		return err
	}
	if !s.settings.On("disable-agent") {
		go func() {
			err := agent.Run(ctx, agent.Options{Settings: s.settings, DataDir: s.dataDir, Bin: s.bin, ServerURL: s.localURL(), Token: s.serverToken, OnServer: true}, func() {})
			if err != nil && ctx.Err() == nil {
				logs.Fatal("%v", err)
			}
		}()
	}
	s.awaitAPI(ctx)
	if ctx.Err() != nil {
		return nil
	}
	logs.Info("Kube API server is now running")
	if err := s.startControllers(); err != nil {
		return err
	}
	s.apiReady.Store(true)
	s.coreUp.Store(true)
	if err := s.writeKubeconfig(); err != nil {
		return err
	}
	logs.Info("k3s is up and running")
	up()
	go s.keepEndpoints(ctx)
	go s.runCloud(ctx)
	go s.sweepPasswords(ctx)
	go addons.Run(ctx, addons.Options{Client: s.admin, Folder: filepath.Join(s.folder, "manifests"), Node: s.name, Disabled: s.settings.List("disable"), Packaged: s.packaged()})
	<-ctx.Done()
	return nil
}

func (s *Server) localURL() string {
	host := "127.0.0.1"
	if address := s.settings.Text("bind-address"); address != "" {
		host = address
	}
	return fmt.Sprintf("https://%s:%d", host, s.port)
}

func (s *Server) prepare() error {
	port, err := strconv.Atoi(s.settings.Text("https-listen-port"))
	if err != nil {
		return fmt.Errorf("invalid https-listen-port: %w", err)
	}
	s.port = port
	for _, folder := range []string{"manifests", "static", "tls", "cred", "db"} {
		if err := os.MkdirAll(filepath.Join(s.folder, folder), 0o700); err != nil {
			return err
		}
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	s.name = strings.ToLower(host)
	if name := s.settings.Text("node-name"); name != "" {
		s.name = strings.ToLower(name)
	}
	s.nodeIP = s.settings.First("node-ip")
	if address := s.settings.Text("advertise-address"); address != "" {
		s.nodeIP = address
	}
	if s.nodeIP == "" {
		connection, err := net.Dial("udp4", "192.0.2.1:9")
		if err != nil {
			return fmt.Errorf("no default routes found: %w", err)
		}
		s.nodeIP = connection.LocalAddr().(*net.UDPAddr).IP.String()
		connection.Close()
	}
	services := s.settings.List("service-cidr")
	_, network, err := net.ParseCIDR(services[0])
	if err != nil {
		return fmt.Errorf("invalid service-cidr %s: %w", services[0], err)
	}
	if _, _, err := net.ParseCIDR(s.settings.First("cluster-cidr")); err != nil {
		return fmt.Errorf("invalid cluster-cidr %s: %w", s.settings.First("cluster-cidr"), err)
	}
	if len(services) > 1 || len(s.settings.List("cluster-cidr")) > 1 {
		return fmt.Errorf("stand-in: two address families are not in the stand-in")
	}
	s.dns = s.settings.List("cluster-dns")
	if len(s.dns) == 0 {
		s.dns = []string{nth(network, 10)}
	}
	switch backend := s.settings.Text("flannel-backend"); backend {
	case "vxlan", "host-gw", "none":
	default:
		return fmt.Errorf("stand-in: flannel-backend %s is not in the stand-in (vxlan, host-gw, none)", backend)
	}
	if err := s.secrets(); err != nil {
		return err
	}
	if err := s.certificates(network); err != nil {
		return err
	}
	if err := s.writeTokens(); err != nil {
		return err
	}
	s.control = agent.Control{
		ClusterIPRange: s.settings.First("cluster-cidr"), ClusterIPRanges: s.settings.List("cluster-cidr"),
		ServiceIPRange: services[0], ServiceIPRanges: services,
		ClusterDNS: s.dns[0], ClusterDNSs: s.dns, ClusterDomain: s.settings.Text("cluster-domain"),
		FlannelBackend: s.settings.Text("flannel-backend"), FlannelExternalIP: s.settings.On("flannel-external-ip"),
		HTTPSPort: s.port, SupervisorPort: s.port,
		DisableCCM: s.settings.On("disable-cloud-controller"), DisableNPC: s.settings.On("disable-network-policy"), DisableKubeProxy: s.settings.On("disable-kube-proxy"),
		EgressSelectorMode: s.settings.Text("egress-selector-mode"), SystemDefaultRegistry: s.settings.Text("system-default-registry"),
	}
	return nil
}

func nth(network *net.IPNet, n byte) string {
	address := append(net.IP{}, network.IP.To4()...)
	address[3] += n
	return address.String()
}

func (s *Server) tls(parts ...string) string {
	return filepath.Join(append([]string{s.folder, "tls"}, parts...)...)
}

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

func (s *Server) startKine(ctx context.Context) error {
	socket := filepath.Join(s.folder, "kine.sock")
	os.Remove(socket)
	database := filepath.Join(s.folder, "db", "state.db")
	err := children.Start(children.Child{Name: "kine", Program: filepath.Join(s.bin, "kine"), Environment: []string{"GOGC=50"}, Arguments: []string{
		"--endpoint=sqlite://" + database + "?_journal=WAL&cache=shared&_busy_timeout=30000&_txlock=immediate",
		"--listen-address=unix://" + socket,
		"--metrics-bind-address=0",
	}})
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if _, err := os.Stat(socket); err == nil {
			logs.Info("Kine available at unix://kine.sock")
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ctx.Err()
}

func (s *Server) startAPI(ctx context.Context) error {
	socket, err := s.listenEgress(ctx)
	if err != nil {
		return err
	}
	egress := filepath.Join(s.folder, "etc", "egress-selector-config.yaml")
	if err := os.MkdirAll(filepath.Dir(egress), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(egress, []byte(fmt.Sprintf(`apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport:
      uds:
        udsName: %s
`, socket)), 0o600); err != nil {
		return err
	}
	issuer := "https://kubernetes.default.svc." + s.settings.Text("cluster-domain")
	arguments := []string{
		"--advertise-address=" + s.nodeIP,
		"--allow-privileged=true",
		"--anonymous-auth=false",
		"--api-audiences=" + issuer + ",k3s",
		"--authorization-mode=Node,RBAC",
		"--bind-address=127.0.0.1",
		"--cert-dir=" + s.tls("temporary-certs"),
		"--client-ca-file=" + s.tls("client-ca.crt"),
		"--enable-admission-plugins=NodeRestriction",
		"--enable-aggregator-routing=true",
		"--enable-bootstrap-token-auth=true",
		"--endpoint-reconciler-type=none",
		"--etcd-servers=unix://" + filepath.Join(s.folder, "kine.sock"),
		"--kubelet-certificate-authority=" + s.tls("server-ca.crt"),
		"--kubelet-client-certificate=" + s.tls("client-kube-apiserver.crt"),
		"--kubelet-client-key=" + s.tls("client-kube-apiserver.key"),
		"--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
		"--profiling=false",
		"--proxy-client-cert-file=" + s.tls("client-auth-proxy.crt"),
		"--proxy-client-key-file=" + s.tls("client-auth-proxy.key"),
		"--requestheader-allowed-names=system:auth-proxy",
		"--requestheader-client-ca-file=" + s.tls("request-header-ca.crt"),
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		fmt.Sprintf("--secure-port=%d", apiPort),
		"--service-account-issuer=" + issuer,
		"--service-account-key-file=" + s.tls("service.key"),
		"--service-account-signing-key-file=" + s.tls("service.key"),
		"--service-cluster-ip-range=" + strings.Join(s.settings.List("service-cidr"), ","),
		"--service-node-port-range=" + s.settings.Text("service-node-port-range"),
		"--storage-backend=etcd3",
		"--tls-cert-file=" + s.tls("serving-kube-apiserver.crt"),
		"--tls-private-key-file=" + s.tls("serving-kube-apiserver.key"),
	}
	if s.control.EgressSelectorMode != "disabled" {
		arguments = append(arguments, "--egress-selector-config-file="+egress)
	}
	if s.settings.On("secrets-encryption") {
		arguments = append(arguments, "--encryption-provider-config="+filepath.Join(s.folder, "cred", "encryption-config.json"), "--encryption-provider-config-automatic-reload=true")
	}
	arguments = merge(arguments, s.settings.List("kube-apiserver-arg"))
	logs.Info("Running kube-apiserver %s", strings.Join(arguments, " "))
	return s.start("kube-apiserver", arguments)
}

// merge lets the user's arguments replace ours of the same name.
func merge(ours, theirs []string) []string {
	replaced := map[string]bool{}
	for _, one := range theirs {
		name, _, _ := strings.Cut(strings.TrimLeft(one, "-"), "=")
		replaced[name] = true
	}
	arguments := []string{}
	for _, one := range ours {
		name, _, _ := strings.Cut(strings.TrimLeft(one, "-"), "=")
		if !replaced[name] {
			arguments = append(arguments, one)
		}
	}
	for _, one := range theirs {
		arguments = append(arguments, "--"+strings.TrimLeft(one, "-"))
	}
	return arguments
}

func (s *Server) start(name string, arguments []string) error {
	return children.Start(children.Child{Name: name, Program: filepath.Join(s.bin, name), Arguments: arguments, Environment: []string{"GOGC=70"}})
}

func (s *Server) awaitAPI(ctx context.Context) {
	for ctx.Err() == nil {
		var text string
		if err := s.admin.Get(ctx, "/readyz", &text); err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (s *Server) startControllers() error {
	credentials := filepath.Join(s.folder, "cred")
	controller := []string{
		"--allocate-node-cidrs=true",
		"--authentication-kubeconfig=" + filepath.Join(credentials, "controller.kubeconfig"),
		"--authorization-kubeconfig=" + filepath.Join(credentials, "controller.kubeconfig"),
		"--bind-address=127.0.0.1",
		"--cluster-cidr=" + strings.Join(s.settings.List("cluster-cidr"), ","),
		"--cluster-signing-kube-apiserver-client-cert-file=" + s.tls("client-ca.crt"),
		"--cluster-signing-kube-apiserver-client-key-file=" + s.tls("client-ca.key"),
		"--cluster-signing-kubelet-client-cert-file=" + s.tls("client-ca.crt"),
		"--cluster-signing-kubelet-client-key-file=" + s.tls("client-ca.key"),
		"--cluster-signing-kubelet-serving-cert-file=" + s.tls("server-ca.crt"),
		"--cluster-signing-kubelet-serving-key-file=" + s.tls("server-ca.key"),
		"--cluster-signing-legacy-unknown-cert-file=" + s.tls("server-ca.crt"),
		"--cluster-signing-legacy-unknown-key-file=" + s.tls("server-ca.key"),
		"--configure-cloud-routes=false",
		"--controllers=*,tokencleaner",
		"--kubeconfig=" + filepath.Join(credentials, "controller.kubeconfig"),
		"--leader-elect=false",
		"--profiling=false",
		"--root-ca-file=" + s.tls("server-ca.crt"),
		"--secure-port=10257",
		"--service-account-private-key-file=" + s.tls("service.key"),
		"--service-cluster-ip-range=" + strings.Join(s.settings.List("service-cidr"), ","),
		"--use-service-account-credentials=true",
	}
	controller = merge(controller, s.settings.List("kube-controller-manager-arg"))
	logs.Info("Running kube-controller-manager %s", strings.Join(controller, " "))
	if err := s.start("kube-controller-manager", controller); err != nil {
		return err
	}
	if s.settings.On("disable-scheduler") {
		return nil
	}
	scheduler := []string{
		"--authentication-kubeconfig=" + filepath.Join(credentials, "scheduler.kubeconfig"),
		"--authorization-kubeconfig=" + filepath.Join(credentials, "scheduler.kubeconfig"),
		"--bind-address=127.0.0.1",
		"--kubeconfig=" + filepath.Join(credentials, "scheduler.kubeconfig"),
		"--leader-elect=false",
		"--profiling=false",
		"--secure-port=10259",
	}
	scheduler = merge(scheduler, s.settings.List("kube-scheduler-arg"))
	logs.Info("Running kube-scheduler %s", strings.Join(scheduler, " "))
	return s.start("kube-scheduler", scheduler)
}
