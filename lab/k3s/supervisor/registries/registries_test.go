package registries

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t *testing.T, text string) File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registries.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const example = `
mirrors:
  docker.io:
    endpoint: ["https://registry.lab:5000", "https://registry.lab:5000/", "proxy.example/cache", "localhost:5001"]
    rewrite: {"^rancher/(.*)": "mirror/$1"}
  "*":
    endpoint: ["https://any.example"]
configs:
  registry.lab:5000:
    auth: {username: u, password: p}
    tls: {ca_file: /ca.crt}
  own.example:
    tls: {insecure_skip_verify: true}
`

func TestHosts(t *testing.T) {
	hosts := read(t, example).Hosts(true)
	docker := hosts["docker.io"]
	for _, part := range []string{
		Header + "\n", `server = "https://registry-1.docker.io/v2"`, `[host."https://registry.lab:5000/v2"]`, `ca = ["/ca.crt"]`,
		`[host."https://proxy.example/cache"]`, "override_path = true", `[host."http://localhost:5001/v2"]`, `"^rancher/(.*)" = "mirror/$1"`,
	} {
		if !strings.Contains(docker, part) {
			t.Errorf("docker.io lacks %s:\n%s", part, docker)
		}
	}
	if strings.Count(docker, "registry.lab:5000/v2\"]") != 1 {
		t.Errorf("a doubled endpoint stays:\n%s", docker)
	}
	if strings.Contains(docker, "password") {
		t.Error("logins do not belong into hosts.toml")
	}
	if !strings.Contains(hosts["_default"], `[host."https://any.example/v2"]`) {
		t.Errorf("_default:\n%s", hosts["_default"])
	}
	if !strings.Contains(hosts["own.example"], "skip_verify = true") {
		t.Errorf("own.example:\n%s", hosts["own.example"])
	}
	if strings.Contains(read(t, example).Hosts(false)["docker.io"], "server =") {
		t.Error("the default endpoint was to be left out")
	}
}

func TestLogins(t *testing.T) {
	logins := read(t, example).Logins()
	if !strings.Contains(logins, `registry.configs."registry.lab:5000".auth]`) || !strings.Contains(logins, `password = "p"`) {
		t.Error(logins)
	}
}

func TestWriteLeavesForeignFolders(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"old.example": Header + "\n", "docker.io": "# mine\n"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name, "hosts.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := read(t, example).Write(folder, true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "old.example")); !os.IsNotExist(err) {
		t.Error("our old folder stays")
	}
	if content, _ := os.ReadFile(filepath.Join(folder, "docker.io", "hosts.toml")); string(content) != "# mine\n" {
		t.Error("a foreign file was written over")
	}
}

func TestAbsentFileIsEmpty(t *testing.T) {
	file, err := Read(filepath.Join(t.TempDir(), "none"))
	if err != nil || len(file.Hosts(true)) != 0 {
		t.Errorf("%+v, %v", file, err)
	}
}
