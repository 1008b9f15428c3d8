package agent

import (
	"bytes"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"farthing.lab/k3s/settings"
	"farthing.lab/k3s/tokens"
)

func greeter(t *testing.T, word string) (string, func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			io.WriteString(connection, word)
			connection.Close()
		}
	}()
	return listener.Addr().String(), func() { listener.Close() }
}

func through(t *testing.T, b *balancer) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	near, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	go b.serve(far)
	content, err := io.ReadAll(near)
	if err != nil {
		t.Fatal(err)
	}
	near.Close()
	return string(content)
}

func TestBalancerFailsOverAndRemembers(t *testing.T) {
	first, closeFirst := greeter(t, "first")
	second, closeSecond := greeter(t, "second")
	defer closeSecond()
	b := &balancer{path: filepath.Join(t.TempDir(), "etc", "lb.json"), fallback: first, current: first}
	if err := b.update([]string{first, second}); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(b.path)
	if err != nil || !strings.Contains(string(saved), second) {
		t.Errorf("%s, %v", saved, err)
	}
	if got := through(t, b); got != "first" {
		t.Errorf("got %q", got)
	}
	closeFirst()
	if got := through(t, b); got != "second" || b.current != second {
		t.Errorf("got %q from %s", got, b.current)
	}
}

func TestConnectHoldsTheHash(t *testing.T) {
	var ca bytes.Buffer
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(ca.Bytes()) }))
	defer server.Close()
	if err := pem.Encode(&ca, &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}); err != nil {
		t.Fatal(err)
	}
	good, err := tokens.Format(ca.Bytes(), "server", "secret")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connect(server.URL, server.URL, good, "node", t.TempDir()); err != nil {
		t.Errorf("the right hash is refused: %v", err)
	}
	wrong := "K10" + strings.Repeat("0", 64) + "::server:secret"
	if _, err := connect(server.URL, server.URL, wrong, "node", t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), "token CA hash does not match the Cluster CA certificate hash: 000") {
		t.Errorf("got %v", err)
	}
	if _, err := connect("https://127.0.0.1:1", "https://127.0.0.1:1", good, "node", t.TempDir()); err == nil || !strings.Contains(err.Error(), "failed to get CA certs: Get \"https://127.0.0.1:1/cacerts\"") {
		t.Errorf("got %v", err)
	}
	if _, err := connect("http://x", "http://x", good, "node", t.TempDir()); err == nil {
		t.Error("plain http is taken")
	}
}

func TestContainerdConfig(t *testing.T) {
	a := &Agent{dataDir: t.TempDir()}
	values := containerdValues{Root: "/r", Socket: Socket, PauseImage: "pause:1", CertsDir: "/certs", Snapshotter: "overlayfs"}
	if err := a.writeContainerdConfig(values); err != nil {
		t.Fatal(err)
	}
	path := a.file("etc", "containerd", "config.toml")
	content, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(content), "version = 3\n") || !strings.Contains(string(content), `sandbox = "pause:1"`) {
		t.Errorf("%s %v", content, err)
	}
	if err := os.WriteFile(a.file("etc", "containerd", "config-v3.toml.tmpl"), []byte("{{ template \"base\" . }}\n# mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.writeContainerdConfig(values); err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(path); !strings.Contains(string(content), "version = 3\n") || !strings.HasSuffix(strings.TrimSpace(string(content)), "# mine") {
		t.Errorf("the template was not used: %s", content)
	}
}

func TestAnnotations(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	read, err := settings.Read(settings.AgentOnly, []string{"--config=/nonexistent", "--token=secret", "--server=https://x:6443"}, none)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("K3S_TOKEN", "hidden-too")
	a := &Agent{settings: read, name: "n", nodeIPs: []string{"10.0.0.1"}, externals: []string{"192.0.2.1"}}
	notes, err := a.annotations()
	if err != nil {
		t.Fatal(err)
	}
	if notes["k3s.io/internal-ip"] != "10.0.0.1" || notes["k3s.io/external-ip"] != "192.0.2.1" || notes["k3s.io/hostname"] != "n" {
		t.Errorf("%v", notes)
	}
	for key, value := range notes {
		if text, ok := value.(string); ok && (strings.Contains(text, "secret") || strings.Contains(text, "hidden-too")) {
			t.Errorf("%s shows a secret: %s", key, text)
		}
	}
	if got := dashed([]string{"v=2", "--x=y"}); got[0] != "--v=2" || got[1] != "--x=y" {
		t.Errorf("%q", got)
	}
	if full("busybox:1") != "docker.io/library/busybox:1" || full("a/b") != "docker.io/a/b" || full("x.io/a") != "x.io/a" {
		t.Error("image names are completed wrongly")
	}
}
