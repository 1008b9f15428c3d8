package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"farthing.lab/k3s/children"
	"farthing.lab/k3s/logs"
)

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
