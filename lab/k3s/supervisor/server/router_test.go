package server

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"farthing.lab/k3s/pki"
	"farthing.lab/k3s/settings"
)

// running is the supervisor's paths without an API server behind them, as in the first seconds of a start.
func running(t *testing.T) (*Server, *httptest.Server) {
	t.Helper()
	none := func(string) (string, bool) { return "", false }
	arguments := []string{"--config", filepath.Join(t.TempDir(), "none"), "--token=server-secret", "--agent-token=agent-secret", "--node-ip=127.0.0.1", "--node-name=big"}
	read, err := settings.Read(settings.ServerOnly, arguments, none)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	s := &Server{settings: read, dataDir: folder, folder: filepath.Join(folder, "server")}
	s.nodes.byAddress = map[string]string{}
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(s.router())
	front.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	front.StartTLS()
	t.Cleanup(front.Close)
	return s, front
}

func ask(t *testing.T, front *httptest.Server, method, path, user, password string, headers map[string]string, body []byte) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, front.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	for key, value := range headers {
		request.Header.Set(key, value)
	}
	answer, err := front.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}

func TestWhoMayAskWhat(t *testing.T) {
	_, front := running(t)
	for _, c := range []struct {
		path, user, password string
		code                 int
		text                 string
	}{
		{"/ping", "", "", 200, "pong"},
		{"/cacerts", "", "", 200, "BEGIN CERTIFICATE"},
		{"/v1-k3s/config", "", "", 403, "forbidden"},
		{"/v1-k3s/config", "node", "wrong", 401, "not authorized"},
		{"/v1-k3s/config", "node", "agent-secret", 200, `"ClusterIPRange":"10.42.0.0/16"`},
		{"/v1-k3s/config", "node", "server-secret", 200, `"ClusterDNS":"10.43.0.10"`},
		{"/v1-k3s/config", "server", "server-secret", 200, `"FlannelBackend":"vxlan"`},
		{"/v1-k3s/config", "server", "agent-secret", 401, ""},
		{"/v1-k3s/client-ca.crt", "node", "agent-secret", 200, "BEGIN CERTIFICATE"},
		{"/v1-k3s/client-kube-proxy.crt", "node", "agent-secret", 200, "PRIVATE KEY"},
		{"/v1-k3s/readyz", "node", "agent-secret", 503, "runtime core not ready"},
		{"/v1-k3s/apiservers", "node", "agent-secret", 503, "runtime core not ready"},
		{"/v1-k3s/server-bootstrap", "node", "agent-secret", 403, "forbidden"},
		{"/v1-k3s/server-bootstrap", "server", "server-secret", 400, "etcd disabled"},
		{"/v1-k3s/connect", "node", "agent-secret", 403, "forbidden"},
		{"/api", "", "", 503, "apiserver not ready"},
	} {
		code, body := ask(t, front, http.MethodGet, c.path, c.user, c.password, nil, nil)
		if code != c.code || !strings.Contains(body, c.text) {
			t.Errorf("%s as %q: %d %s; want %d %s", c.path, c.user, code, body, c.code, c.text)
		}
	}
}

func TestKubeletCertificates(t *testing.T) {
	s, front := running(t)
	key, err := pki.OpenKey(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "ignored"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := ask(t, front, http.MethodPost, "/v1-k3s/client-kubelet.crt", "node", "agent-secret", nil, request); code != 400 {
		t.Errorf("without a name: %d", code)
	}
	headers := map[string]string{"k3s-Node-Name": "big", "k3s-Node-Password": "p", "k3s-Node-IP": "10.0.0.1,10.0.0.2"}
	if code, body := ask(t, front, http.MethodPost, "/v1-k3s/client-kubelet.crt", "node", "agent-secret", map[string]string{"k3s-Node-Name": "other", "k3s-Node-Password": "p"}, request); code != 503 {
		t.Errorf("another node before the API is up: %d %s", code, body)
	}
	// The server's own node may ask before the API is up: it could not start otherwise.
	code, body := ask(t, front, http.MethodPost, "/v1-k3s/client-kubelet.crt", "node", "agent-secret", headers, request)
	if code != 200 || strings.Contains(body, "PRIVATE KEY") {
		t.Fatalf("%d %s", code, body)
	}
	certificate, err := pki.Parse([]byte(body))
	if err != nil || certificate.Subject.CommonName != "system:node:big" || certificate.Subject.Organization[0] != nodesGroup {
		t.Errorf("%v %v", certificate.Subject, err)
	}
	if who, err := s.verifyCertificate([]*x509.Certificate{certificate}); err != nil || !who.in(nodesGroup) {
		t.Errorf("%+v %v", who, err)
	}
	code, body = ask(t, front, http.MethodGet, "/v1-k3s/serving-kubelet.crt", "node", "agent-secret", headers, nil)
	serving, err := pki.Parse([]byte(body))
	if code != 200 || err != nil || !strings.Contains(body, "PRIVATE KEY") {
		t.Fatalf("%d %v %s", code, err, body)
	}
	for _, name := range []string{"big", "localhost", "127.0.0.1", "10.0.0.2"} {
		if err := serving.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
}

func TestConfigIsWhatAgentsRead(t *testing.T) {
	_, front := running(t)
	_, body := ask(t, front, http.MethodGet, "/v1-k3s/config", "node", "agent-secret", nil, nil)
	var control map[string]any
	if err := json.Unmarshal([]byte(body), &control); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"ClusterIPRange", "ServiceIPRange", "ClusterDNS", "ClusterDomain", "FlannelBackend", "HTTPSPort", "SupervisorPort", "DisableCCM", "DisableNPC", "EgressSelectorMode"} {
		if _, ok := control[key]; !ok {
			t.Errorf("no %s", key)
		}
	}
}

func TestTokensSurviveARestart(t *testing.T) {
	s, _ := running(t)
	before := s.serverToken
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	if s.serverToken != before {
		t.Error("the token changed")
	}
	none := func(string) (string, bool) { return "", false }
	other, err := settings.Read(settings.ServerOnly, []string{"--config", "/nonexistent", "--token=other", "--node-ip=127.0.0.1"}, none)
	if err != nil {
		t.Fatal(err)
	}
	s.settings = other
	if err := s.prepare(); err == nil || err.Error() != "bootstrap data already found and encrypted with different token" {
		t.Errorf("%v", err)
	}
}

func TestKubeletConnectionsGoToTheirOwner(t *testing.T) {
	s := &Server{}
	s.nodes.byAddress = map[string]string{}
	s.nodes.set("a", []string{"10.0.0.1", "a"})
	s.nodes.set("b", []string{"10.0.0.2"})
	s.nodes.set("a", []string{"10.0.0.3"})
	if s.nodes.owner("10.0.0.1") != "" || s.nodes.owner("10.0.0.3") != "a" || s.nodes.owner("10.0.0.2") != "b" {
		t.Errorf("%v", s.nodes.byAddress)
	}
	if _, network, err := net.ParseCIDR("10.43.0.0/16"); err != nil || nth(network, 10) != "10.43.0.10" {
		t.Error("the DNS address is wrong")
	}
}
