package settings

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func place(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "config.yaml")
}

func environment(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

func TestFilesMergeInOrder(t *testing.T) {
	path := place(t, map[string]string{
		"config.yaml":              "token: one\nnode-label: [a=1, b=2]\ndebug: true\ntls-san:\n- x\n",
		"config.yaml.d/10-a.yaml":  "token: two\nnode-label+: [c=3]\n",
		"config.yaml.d/20-b.yml":   "tls-san: [y, z]\n",
		"config.yaml.d/30-c.other": "token: never\n",
	})
	got, err := ReadFiles(path)
	want := []string{"--token=two", "--node-label=a=1", "--node-label=b=2", "--node-label=c=3", "--debug=true", "--tls-san=y", "--tls-san=z"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDropInsAreReadWithoutTheFile(t *testing.T) {
	path := place(t, map[string]string{"config.yaml.d/a.yaml": "token: alone\n"})
	got, err := ReadFiles(path)
	if err != nil || !reflect.DeepEqual(got, []string{"--token=alone"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBadFilesAreErrors(t *testing.T) {
	for _, text := range []string{"token: [", "- a\n- b\n", "token: {a: b}\n"} {
		if _, err := ReadFiles(place(t, map[string]string{"config.yaml": text})); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestPrecedence(t *testing.T) {
	path := place(t, map[string]string{"config.yaml": "token: file\nnode-name: file\nnode-label: [a=1, b=2]\n"})
	s, err := Read(ServerOnly, []string{"--config", path, "--node-name=line", "--node-label", "c=3"}, environment(map[string]string{"K3S_TOKEN": "env", "K3S_KUBECONFIG_MODE": "0640"}))
	if err != nil {
		t.Fatal(err)
	}
	if s.Text("token") != "file" || s.Text("node-name") != "line" || s.Text("write-kubeconfig-mode") != "0640" {
		t.Errorf("token %s, node-name %s, mode %s", s.Text("token"), s.Text("node-name"), s.Text("write-kubeconfig-mode"))
	}
	if got := s.List("node-label"); !reflect.DeepEqual(got, []string{"c=3"}) {
		t.Errorf("labels %q", got)
	}
	if got := s.First("cluster-cidr"); got != "10.42.0.0/16" {
		t.Errorf("cluster-cidr %s", got)
	}
}

func TestUnknownKeys(t *testing.T) {
	path := place(t, map[string]string{"config.yaml": "bogus: 1\ntoken: x\n"})
	if _, err := Read(ServerOnly, []string{"-c", path}, environment(nil)); err != nil {
		t.Errorf("a server has to go on: %v", err)
	}
	if _, err := Read(AgentOnly, []string{"-c", path}, environment(nil)); err == nil || err.Error() != "flag provided but not defined: -bogus" {
		t.Errorf("an agent has to stop: %v", err)
	}
	serverKey := place(t, map[string]string{"config.yaml": "secrets-encryption: true\n"})
	if _, err := Read(AgentOnly, []string{"-c", serverKey}, environment(nil)); err == nil {
		t.Error("a server's key has to stop an agent")
	}
	if _, err := Read(ServerOnly, []string{"--bogus"}, environment(nil)); err == nil || err.Error() != "flag provided but not defined: -bogus" {
		t.Errorf("an unknown flag has to stop a server: %v", err)
	}
}

func TestSwitches(t *testing.T) {
	s, err := Read(ServerOnly, []string{"--debug", "--secrets-encryption=false", "--node-name", "n"}, environment(map[string]string{"K3S_CONFIG_FILE": "/nonexistent"}))
	if err != nil {
		t.Fatal(err)
	}
	if !s.On("debug") || s.On("secrets-encryption") || s.Text("node-name") != "n" {
		t.Error("switches are misread")
	}
}

func TestShownHidesSecrets(t *testing.T) {
	path := place(t, map[string]string{"config.yaml": "token: secret\nagent-token: hidden\nkubelet-arg: [v=2]\n"})
	s, err := Read(ServerOnly, []string{"--config", path, "--token", "again"}, environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	shown := strings.Join(s.Shown(), " ")
	if strings.Contains(shown, "secret") || strings.Contains(shown, "hidden") || strings.Contains(shown, "again") {
		t.Errorf("shown: %s", shown)
	}
	if !strings.HasPrefix(shown, "server --token ******** --agent-token ******** --kubelet-arg v=2") {
		t.Errorf("shown: %s", shown)
	}
}

func TestRefusals(t *testing.T) {
	for _, argument := range []string{"--cluster-init", "--datastore-endpoint=mysql://", "--server=https://x:6443"} {
		s, err := Read(ServerOnly, []string{argument}, environment(map[string]string{"K3S_CONFIG_FILE": "/nonexistent"}))
		if err != nil {
			t.Fatal(err)
		}
		if s.Note() == nil {
			t.Errorf("%s was taken", argument)
		}
	}
}
