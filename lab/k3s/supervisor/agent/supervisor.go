package agent

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/tokens"
)

// supervisor speaks to the server's own paths with the token, or with the node's certificate once there is one.
type supervisor struct {
	base     string
	token    tokens.Token
	user     string
	ca       []byte
	http     *http.Client
	withCert *http.Client
}

// connect fetches the cluster's CA and holds it against the token.
func connect(serverURL, supervisorURL, tokenText, user, dataDir string) (*supervisor, error) {
	if _, err := hostOf(serverURL); err != nil {
		return nil, err
	}
	token, err := tokens.Parse(tokenText)
	if err != nil {
		return nil, err
	}
	// The system's CAs are expected to fail; then the CA is taken unseen, and afterwards used.
	trustedByHost := &http.Client{Timeout: 10 * time.Second}
	if answer, err := trustedByHost.Get(serverURL + "/cacerts"); err == nil {
		answer.Body.Close()
	} else if token.Hash == "" && isUnknownAuthority(err) {
		logs.Warning("Cluster CA certificate is not trusted by the host CA bundle, but the token does not include a CA hash. Use the full token from the server's node-token file to enable Cluster CA validation.")
	}
	unverified := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	ca, err := fetch(unverified, serverURL+"/cacerts")
	if err != nil {
		return nil, fmt.Errorf("failed to get CA certs: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client := &supervisor{base: supervisorURL, token: token, user: user, ca: ca, http: clientFor(pool, nil)}
	if _, err := fetch(client.http, supervisorURL+"/cacerts"); err != nil {
		return nil, fmt.Errorf("CA is not valid: %w", err)
	}
	if token.Hash != "" {
		hash, err := tokens.Hash(ca)
		if err != nil {
			return nil, err
		}
		if hash != token.Hash {
			return nil, fmt.Errorf("token CA hash does not match the Cluster CA certificate hash: %s != %s", token.Hash, hash)
		}
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dataDir, "client-kubelet.crt"), filepath.Join(dataDir, "client-kubelet.key"))
	if err == nil {
		client.withCert = clientFor(pool, &pair)
	}
	return client, nil
}

func isUnknownAuthority(err error) bool {
	var unknown x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	return errors.As(err, &unknown) || errors.As(err, &verification)
}

func clientFor(pool *x509.CertPool, pair *tls.Certificate) *http.Client {
	configuration := &tls.Config{RootCAs: pool}
	if pair != nil {
		configuration.Certificates = []tls.Certificate{*pair}
	}
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: configuration, DisableKeepAlives: true}}
}

func fetch(client *http.Client, address string) ([]byte, error) {
	answer, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// refused is an answer that is not 200.
type refused struct {
	code int
	text string
}

func (r *refused) Error() string { return r.text }

func (s *supervisor) get(path string, headers map[string]string) ([]byte, error) {
	return s.do(http.MethodGet, path, headers, nil)
}

func (s *supervisor) do(method, path string, headers map[string]string, body []byte) ([]byte, error) {
	if s.withCert != nil {
		content, err := s.once(s.withCert, false, method, path, headers, body)
		var answer *refused
		if err == nil || !errors.As(err, &answer) || answer.code != http.StatusUnauthorized {
			return content, err
		}
		// The node was deleted, or the CA changed: fall back to the token.
	}
	return s.once(s.http, true, method, path, headers, body)
}

func (s *supervisor) once(client *http.Client, withToken bool, method, path string, headers map[string]string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "k3s/v1.36.3+lab1 (linux) k3s/lab")
	for key, value := range headers {
		request.Header.Set(key, value)
	}
	if withToken {
		if s.token.Bootstrap != "" {
			request.Header.Set("Authorization", "Bearer "+s.token.Bootstrap)
		} else {
			request.SetBasicAuth(s.user, s.token.Password)
		}
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, &refused{code: answer.StatusCode, text: s.base + path + ": " + answer.Status}
	}
	return content, nil
}

func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", content, mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
