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

	"farthing.lab/k3s/addons"
	"farthing.lab/k3s/agent"
	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/pki"
	"farthing.lab/k3s/settings"
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
