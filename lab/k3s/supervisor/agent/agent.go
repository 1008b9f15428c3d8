// Package agent is the node's half of K3s: it joins, runs containerd, kubelet and kube-proxy, and lays the pod network.
package agent

import (
	"context"
	"fmt"
	"math/rand"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"farthing.lab/k3s/children"
	"farthing.lab/k3s/flannel"
	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/settings"
)

const (
	tokenRetry         = 2 * time.Second
	configurationRetry = 5 * time.Second
)

// Agent is one node.
type Agent struct {
	settings *settings.Settings
	dataDir  string
	bin      string
	onServer bool
	// serverURL is what the user named; supervisorURL is how it is spoken to: through the load balancer, except on a server.
	serverURL     string
	supervisorURL string
	token         string
	balancer      *balancer

	name       string
	nodeIPs    []string
	externals  []string
	control    Control
	client     *supervisor
	controller *kube.Client
	kubelet    *kube.Client
}

// Control is the server's configuration that agents follow (GET /v1-k3s/config).
type Control struct {
	ClusterIPRange        string   `json:"ClusterIPRange"`
	ClusterIPRanges       []string `json:"ClusterIPRanges"`
	ServiceIPRange        string   `json:"ServiceIPRange"`
	ServiceIPRanges       []string `json:"ServiceIPRanges"`
	ClusterDNS            string   `json:"ClusterDNS"`
	ClusterDNSs           []string `json:"ClusterDNSs"`
	ClusterDomain         string   `json:"ClusterDomain"`
	FlannelBackend        string   `json:"FlannelBackend"`
	FlannelExternalIP     bool     `json:"FlannelExternalIP"`
	HTTPSPort             int      `json:"HTTPSPort"`
	SupervisorPort        int      `json:"SupervisorPort"`
	DisableCCM            bool     `json:"DisableCCM"`
	DisableNPC            bool     `json:"DisableNPC"`
	DisableKubeProxy      bool     `json:"DisableKubeProxy"`
	EgressSelectorMode    string   `json:"EgressSelectorMode"`
	EmbeddedRegistry      bool     `json:"EmbeddedRegistry"`
	SystemDefaultRegistry string   `json:"SystemDefaultRegistry"`
}

// Options is how an agent is started.
type Options struct {
	Settings  *settings.Settings
	DataDir   string
	Bin       string
	ServerURL string
	Token     string
	OnServer  bool
}

// Run joins and stays. It calls up once when the node's network stands. A wrong join is tried for ever.
func Run(ctx context.Context, options Options, up func()) error {
	a := &Agent{
		settings: options.Settings, dataDir: filepath.Join(options.DataDir, "agent"), bin: options.Bin, onServer: options.OnServer,
		serverURL: options.ServerURL, supervisorURL: options.ServerURL, token: options.Token,
	}
	if err := checkCgroups(); err != nil {
		return err
	}
	if err := os.MkdirAll(a.dataDir, 0o700); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(a.dataDir, "pod-manifests"), 0o700); err != nil {
		return err
	}
	if !a.onServer {
		if err := a.startBalancer(ctx); err != nil {
			return err
		}
	}
	a.awaitServer(ctx)
	a.awaitConfiguration(ctx)
	if err := a.startContainerd(ctx); err != nil {
		return err
	}
	go a.runTunnel(ctx)
	a.awaitReady(ctx)
	if a.balancer != nil {
		go a.followServers(ctx)
	}
	if err := a.startKubelet(); err != nil {
		return err
	}
	if err := a.configureNode(ctx); err != nil {
		return err
	}
	if !a.control.DisableKubeProxy {
		if err := a.startProxy(); err != nil {
			return err
		}
	}
	if a.control.FlannelBackend == "none" {
		up()
		<-ctx.Done()
		return nil
	}
	external := ""
	if a.control.FlannelExternalIP && len(a.externals) > 0 {
		external = a.externals[0]
	}
	return flannel.Run(ctx, flannel.Options{
		Node: a.name, Network: a.control.ClusterIPRange, Backend: a.control.FlannelBackend, Interface: a.settings.Text("flannel-iface"),
		NodeIP: net.ParseIP(a.nodeIPs[0]), ExternalIP: external, Client: a.controller,
	}, up)
}

func (a *Agent) awaitServer(ctx context.Context) {
	for ctx.Err() == nil {
		client, err := connect(a.serverURL, a.supervisorURL, a.token, "node", a.dataDir)
		if err == nil {
			a.client = client
			return
		}
		logs.Error("Failed to validate connection to cluster at %s: %v", a.serverURL, err)
		sleep(ctx, tokenRetry)
	}
}

func (a *Agent) awaitConfiguration(ctx context.Context) {
	for ctx.Err() == nil {
		err := a.configure()
		if err == nil {
			return
		}
		logs.Info("Waiting to retrieve agent configuration; server is not ready: %v", err)
		sleep(ctx, configurationRetry+time.Duration(rand.Int63n(int64(configurationRetry))))
	}
}

func (a *Agent) awaitReady(ctx context.Context) {
	for ctx.Err() == nil {
		_, err := a.client.get("/v1-k3s/readyz", nil)
		if err == nil {
			return
		}
		logs.Info("Waiting for control-plane node to be ready: %v", err)
		sleep(ctx, 2*time.Second)
	}
}

func (a *Agent) file(parts ...string) string {
	return filepath.Join(append([]string{a.dataDir}, parts...)...)
}

func (a *Agent) program(name string) string { return filepath.Join(a.bin, name) }

// run starts one of the userland's programs with the userland in front of the PATH.
func (a *Agent) run(child children.Child) error {
	child.Program = a.program(child.Name)
	child.Environment = append(child.Environment, "PATH="+a.bin+":"+os.Getenv("PATH"))
	return children.Start(child)
}

// apiURL is where this node's components find the API.
func (a *Agent) apiURL() string { return a.supervisorURL }

func sleep(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}

func hostOf(serverURL string) (string, error) {
	parsed, err := url.Parse(serverURL)
	if err != nil {
		return "", err
	}
	if parsed.Scheme != "https" {
		return "", fmt.Errorf("invalid scheme, server URL must use https: %s", serverURL)
	}
	if parsed.Port() == "" {
		return net.JoinHostPort(parsed.Hostname(), "443"), nil
	}
	return parsed.Host, nil
}
