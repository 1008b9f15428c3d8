package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/tokens"
)

// secrets decides the server's and the agents' passwords, and keeps the encryption key.
func (s *Server) secrets() error {
	given, err := s.settings.Secret("token")
	if err != nil {
		return err
	}
	stored := ""
	if content, err := os.ReadFile(filepath.Join(s.folder, "token")); err == nil {
		token, err := tokens.Parse(strings.TrimSpace(string(content)))
		if err != nil {
			return err
		}
		stored = token.Password
	}
	s.serverPassword = stored
	if given != "" {
		token, err := tokens.Parse(given)
		if err != nil {
			return err
		}
		if token.Hash != "" && stored == "" {
			return fmt.Errorf("failed to normalize server token; must be in format K10<CA-HASH>::<USERNAME>:<PASSWORD> or <PASSWORD>: a new cluster takes the short form only")
		}
		if stored != "" && token.Password != stored {
			return errors.New("bootstrap data already found and encrypted with different token")
		}
		s.serverPassword = token.Password
	}
	if s.serverPassword == "" {
		s.serverPassword = tokens.Random(16)
	}
	agentToken, err := s.settings.Secret("agent-token")
	if err != nil {
		return err
	}
	s.nodePassword = s.serverPassword
	if agentToken != "" {
		token, err := tokens.Parse(agentToken)
		if err != nil {
			return err
		}
		s.nodePassword = token.Password
	}
	passwd := fmt.Sprintf("%s,node,node,k3s:agent\n%s,server,server,k3s:server\n", s.nodePassword, s.serverPassword)
	if err := tokens.WriteFile(filepath.Join(s.folder, "cred", "passwd"), passwd, 0o600); err != nil {
		return err
	}
	if s.settings.On("secrets-encryption") {
		return s.encryption()
	}
	return nil
}

func (s *Server) encryption() error {
	path := filepath.Join(s.folder, "cred", "encryption-config.json")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(s.folder, "db", "state.db")); err == nil {
		logs.Warning("secrets-encryption was not set at the first start of this cluster, ignoring it")
	}
	provider := s.settings.Text("secrets-encryption-provider")
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	name := map[string]string{"aescbc": "aescbckey", "secretbox": "secretboxkey"}[provider]
	if name == "" {
		return fmt.Errorf("unsupported secrets-encryption-provider %s", provider)
	}
	configuration := map[string]any{
		"kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1",
		"resources": []any{map[string]any{
			"resources": []string{"secrets"},
			"providers": []any{
				map[string]any{provider: map[string]any{"keys": []any{map[string]any{"name": name, "secret": base64.StdEncoding.EncodeToString(key)}}}},
				map[string]any{"identity": map[string]any{}},
			},
		}},
	}
	content, err := json.Marshal(configuration)
	if err != nil {
		return err
	}
	if err := tokens.WriteFile(path, string(content), 0o600); err != nil {
		return err
	}
	return tokens.WriteFile(filepath.Join(s.folder, "cred", "encryption-state.json"), `"start-`+hashOf(content)+`"`, 0o600)
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// writeTokens writes the token files once the CA they carry the hash of is there.
func (s *Server) writeTokens() error {
	var err error
	if s.serverToken, err = tokens.Format(s.serverCA.PEM, "server", s.serverPassword); err != nil {
		return err
	}
	if s.nodeToken, err = tokens.Format(s.serverCA.PEM, "node", s.nodePassword); err != nil {
		return err
	}
	path := filepath.Join(s.folder, "token")
	if err := tokens.WriteFile(path, s.serverToken+"\n", 0o600); err != nil {
		return err
	}
	node := filepath.Join(s.folder, "node-token")
	os.Remove(node)
	if err := os.Symlink(path, node); err != nil {
		return err
	}
	agentPath := filepath.Join(s.folder, "agent-token")
	os.Remove(agentPath)
	if s.nodePassword == s.serverPassword {
		if err := os.Symlink(path, agentPath); err != nil {
			return err
		}
	} else if err := tokens.WriteFile(agentPath, s.nodeToken+"\n", 0o600); err != nil {
		return err
	}
	logs.Info("Server node token is available at %s", path)
	logs.Info("To join server node to cluster: k3s server -s https://%s:%d -t ${SERVER_NODE_TOKEN}", s.nodeIP, s.port)
	logs.Info("Agent node token is available at %s", agentPath)
	logs.Info("To join agent node to cluster: k3s agent -s https://%s:%d -t ${AGENT_NODE_TOKEN}", s.nodeIP, s.port)
	return nil
}

// DefaultKubeconfig is where kubectl on a server looks.
const DefaultKubeconfig = "/etc/rancher/k3s/k3s.yaml"

func (s *Server) writeKubeconfig() error {
	encode := func(path string) (string, error) {
		content, err := os.ReadFile(path)
		return base64.StdEncoding.EncodeToString(content), err
	}
	ca, err := encode(s.tls("server-ca.crt"))
	if err != nil {
		return err
	}
	certificate, err := encode(s.tls("client-admin.crt"))
	if err != nil {
		return err
	}
	key, err := encode(s.tls("client-admin.key"))
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: %s
    server: %s
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {}
users:
- name: default
  user:
    client-certificate-data: %s
    client-key-data: %s
`, ca, s.localURL(), certificate, key)
	mode := os.FileMode(0o600)
	if given := s.settings.Text("write-kubeconfig-mode"); given != "" {
		parsed, err := strconv.ParseUint(given, 8, 32)
		if err != nil {
			return fmt.Errorf("invalid write-kubeconfig-mode %q: %w", given, err)
		}
		mode = os.FileMode(parsed)
	}
	path := DefaultKubeconfig
	if given := s.settings.Text("write-kubeconfig"); given != "" {
		path = given
	}
	if path != DefaultKubeconfig {
		os.MkdirAll(filepath.Dir(DefaultKubeconfig), 0o755)
		os.Remove(DefaultKubeconfig)
		if err := os.Symlink(path, DefaultKubeconfig); err != nil {
			logs.Error("%v", err)
		}
	}
	if err := tokens.WriteFile(path, text, mode); err != nil {
		return err
	}
	if group := s.settings.Text("write-kubeconfig-group"); group != "" {
		found, err := user.LookupGroup(group)
		if err != nil {
			return err
		}
		id, err := strconv.Atoi(found.Gid)
		if err != nil {
			return err
		}
		if err := os.Chown(path, -1, id); err != nil {
			return err
		}
	}
	logs.Info("Wrote kubeconfig %s", path)
	return nil
}
